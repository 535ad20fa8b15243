using Hub.Contracts.Addresses;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Finds the systems that have claimable deliveries by leaping from one system to the next in the partial
/// indexes: a few seeks for each system that has unfinished deliveries. A full page goes on after its last system next time.</summary>
internal sealed class DueRecipients
{
    private long _last;

    internal List<SystemAddress> List(SqliteSession session, DateTimeOffset now, int limit)
    {
        var found = new List<SystemAddress>();
        var start = _last;
        var end = Walk(session, now, limit, start, long.MaxValue, found);
        if (end is null && start > 0) end = Walk(session, now, limit, 0, start, found);
        _last = end ?? 0;
        return found;
    }

    /// <summary>All systems that have unfinished deliveries, due or not.</summary>
    internal static List<SystemAddress> Unfinished(SqliteSession session)
    {
        var found = new List<SystemAddress>();
        for (var next = NextUnfinished(session, 0); next != long.MaxValue; next = NextUnfinished(session, next)) found.Add(session.Name(next).System);
        return found;
    }

    /// <summary>The first instant after this one at which a system has something that waits now.</summary>
    internal static DateTimeOffset? NextDue(SqliteSession session, long recipient, DateTimeOffset now)
    {
        long? next = null;
        for (var rank = 0; rank < Claims.Ranks; rank++)
        {
            if (session.Use(SqliteSql.NextWake).Bind(recipient).Bind(rank).Bind(now).Scalar() is { } wake && !(wake >= next)) next = wake;
        }

        return next is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }

    // The last system when the page is full, otherwise null.
    private static long? Walk(SqliteSession session, DateTimeOffset now, int limit, long after, long until, List<SystemAddress> found)
    {
        while (true)
        {
            if (found.Count >= limit) return after;
            var next = Next(session, after);
            if (next == long.MaxValue || next > until) return null;
            if (IsDue(session, next, now)) found.Add(session.Name(next).System);
            after = next;
        }
    }

    private static long Next(SqliteSession session, long after) => Math.Min(
        session.Use(SqliteSql.NextReady).Bind(after).Scalar() ?? long.MaxValue,
        session.Use(SqliteSql.NextWaiting).Bind(after).Scalar() ?? long.MaxValue);

    /// <summary>The first system after this one that has unfinished deliveries; the greatest number when there is none.</summary>
    internal static long NextUnfinished(SqliteSession session, long after) =>
        Math.Min(Next(session, after), session.Use(SqliteSql.NextBehind).Bind(after).Scalar() ?? long.MaxValue);

    private static bool IsDue(SqliteSession session, long recipient, DateTimeOffset now)
    {
        if (session.Use(SqliteSql.AnyReady).Bind(recipient).Bind(now).Scalar() is not null) return true;
        for (var rank = 0; rank < Claims.Ranks; rank++)
        {
            if (session.Use(SqliteSql.AnyWaiting).Bind(recipient).Bind(rank).Bind(now).Scalar() is not null) return true;
        }

        return false;
    }
}
