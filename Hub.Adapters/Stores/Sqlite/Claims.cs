using Hub.Contracts.Addresses;
using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>What is asked for; see <see cref="IStoreTransaction.ClaimAsync"/>.</summary>
internal readonly record struct ClaimRequest(DateTimeOffset Now, DateTimeOffset Until, int Limit, bool ProtocolOnly, int? Node, int Turn);

/// <summary>Takes claimable deliveries. Its cost grows with what it takes, not with what waits: deliveries that are not due
/// stand in an index of their own and move to the ready ones once, when their time comes.</summary>
internal static class Claims
{
    internal const int Ranks = PriorityTurns.Priorities;

    // So many of a rank come due together at most in one call; the rest follows in the next. It bounds how long the writer is held.
    private const int MaxPromoted = 1024;

    internal static long RankOf(int priority) => Ranks - 1 - Math.Clamp(priority, 0, Ranks - 1);

    internal static List<DeliveryRecord> Take(SqliteSession session, Counts counts, long recipient, ClaimRequest request)
    {
        if (request.Limit <= 0) return [];
        Span<bool> isEmpty = stackalloc bool[Ranks];
        var (taken, left) = (new List<DeliveryRecord>[Ranks], request.Limit);
        for (var rank = 0; rank < Ranks; rank++)
        {
            session.Use(SqliteSql.Promote).Bind(recipient).Bind(rank).Bind(request.Now).Bind(MaxPromoted).Run();
            var share = PriorityTurns.ShareOf(Ranks - 1 - rank, request.Turn, request.Limit);
            taken[rank] = [];
            left -= TakeOfRank(session, counts, (recipient, rank), share, request, taken[rank]);
            isEmpty[rank] = taken[rank].Count < share;
        }

        for (var rank = 0; rank < Ranks && left > 0; rank++)
        {
            if (!isEmpty[rank]) left -= TakeOfRank(session, counts, (recipient, rank), left, request, taken[rank]);
        }

        return [.. taken.SelectMany(static one => one)];
    }

    /// <summary>Queues again what one node holds claimed, ended claims included; returns whose they are.</summary>
    internal static List<SystemAddress> Release(SqliteSession session, Counts counts, int node, DateTimeOffset now, int limit, IReadOnlyCollection<long> except)
    {
        var released = new List<long>();
        var query = session.Use(SqliteSql.ReleaseClaims).Bind(now).Bind(node).Bind(ClaimPolicy.Interruptions).Bind(limit).Bind($"[{string.Join(',', except)}]");
        using (query.Rows())
        {
            while (query.Step()) released.Add(query.Int(0));
        }

        counts.Move(DeliveryState.Claimed, DeliveryState.Queued, released.Count);
        return released.ConvertAll(number => session.Name(number).System);
    }

    private static int TakeOfRank(SqliteSession session, Counts counts, (long Recipient, int Rank) of, int most, ClaimRequest request, List<DeliveryRecord> into)
    {
        if (most == 0) return 0;
        var from = into.Count;
        var query = session.Use(request.ProtocolOnly ? SqliteSql.ClaimableProtocol : SqliteSql.Claimable);
        Read(session, query.Bind(of.Recipient).Bind(of.Rank).Bind(request.Now).Bind(most), into);
        for (var i = from; i < into.Count; i++) into[i] = Take(session, counts, into[i], request);
        return into.Count - from;
    }

    private static DeliveryRecord Take(SqliteSession session, Counts counts, DeliveryRecord delivery, ClaimRequest request)
    {
        var (now, until, _, _, node, _) = request;
        var token = ClaimToken.Create(delivery.Id);
        session.Use(SqliteSql.Claim).Bind(until).Bind(token).Bind(now).Bind(delivery.Id).Bind((long?)node).Run();
        counts.Move(delivery.State, DeliveryState.Claimed);
        return delivery with { State = DeliveryState.Claimed, Claim = token, ClaimedUntil = until, Node = node, Attempts = delivery.Attempts + 1, Changed = now };
    }

    private static void Read(SqliteSession session, Statement query, List<DeliveryRecord> into)
    {
        using var rows = query.Rows();
        while (query.Step()) into.Add(Rows.Delivery(query, session));
    }
}
