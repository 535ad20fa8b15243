using Hub.Contracts.Addresses;
using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>What is asked for; see <see cref="IStoreTransaction.ClaimAsync"/>.</summary>
internal readonly record struct ClaimRequest(DateTimeOffset Now, DateTimeOffset Until, int Limit, bool ProtocolOnly, int? Node);

/// <summary>Takes claimable deliveries. Its cost grows with what it takes, not with what waits: deliveries that are not due
/// stand in an index of their own and move to the ready ones once, when their time comes.</summary>
internal static class Claims
{
    internal const int Ranks = 5;

    // So many come due together at most in one call; the rest follows in the next. It bounds how long the writer is held.
    private const int MaxPromoted = 4096;

    internal static long RankOf(int priority) => Ranks - 1 - Math.Clamp(priority, 0, Ranks - 1);

    internal static List<DeliveryRecord> Take(SqliteSession session, Counts counts, long recipient, ClaimRequest request)
    {
        var (now, _, limit, protocolOnly, _) = request;
        var claimable = protocolOnly ? SqliteSql.ClaimableProtocol : SqliteSql.Claimable;
        var taken = new List<DeliveryRecord>();
        for (var rank = 0; rank < Ranks && taken.Count < limit; rank++)
        {
            session.Use(SqliteSql.Promote).Bind(recipient).Bind(rank).Bind(now).Bind(MaxPromoted).Run();
            var from = taken.Count;
            Read(session, session.Use(claimable).Bind(recipient).Bind(rank).Bind(now).Bind(limit - taken.Count), taken);
            for (var i = from; i < taken.Count; i++) taken[i] = Take(session, counts, taken[i], request);
        }

        return taken;
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

    private static DeliveryRecord Take(SqliteSession session, Counts counts, DeliveryRecord delivery, ClaimRequest request)
    {
        var (now, until, _, _, node) = request;
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
