namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Keeps the front of a lane in its place: the first delivery that blocks may be claimed when it is due, every other one of the
/// lane stands behind it.</summary>
internal static class Lanes
{
    /// <summary>What <c>ready</c> says of one that stands behind another.</summary>
    internal const long Behind = 2;

    /// <summary>After one delivery of the lane was written, as standing behind or as ended. Only the front can have changed: it was the
    /// one written, it is that one now, or it has ended and the next follows. So the first two are all there is to look at.</summary>
    internal static void Settle(SqliteSession session, long recipient, string lane, DateTimeOffset now)
    {
        long? first = null, second = null;
        var query = session.Use(SqliteSql.FrontOfLane).Bind(recipient).Bind(lane);
        using (query.Rows())
        {
            // A dead one at the front has no ready: it only holds.
            if (query.Step() && !query.IsNull(1) && query.Int(1) == Behind) first = query.Int(0);
            if (query.Step() && !query.IsNull(1) && query.Int(1) != Behind) second = query.Int(0);
        }

        if (first is { } front) session.Use(SqliteSql.StepForward).Bind(now).Bind(front).Run();
        if (second is { } displaced) session.Use(SqliteSql.StepBack).Bind(displaced).Run();
    }
}
