using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Reads what waits for each system, by leaping from one to the next.</summary>
internal static class Queues
{
    internal static List<QueueStatistics> Read(SqliteSession session, DateTimeOffset now, int most)
    {
        var queues = new List<QueueStatistics>();
        for (var next = DueRecipients.NextUnfinished(session, 0); next != long.MaxValue; next = DueRecipients.NextUnfinished(session, next))
        {
            var depth = session.Use(SqliteSql.QueueDepth).Bind(next).Bind(most).Scalar() ?? 0;
            queues.Add(new QueueStatistics(session.Name(next).System, Math.Min(depth, most), Oldest(session, next, now)));
        }

        return queues;
    }

    private static DateTimeOffset? Oldest(SqliteSession session, long recipient, DateTimeOffset now)
    {
        long? oldest = null;
        for (var rank = 0; rank < Claims.Ranks; rank++)
        {
            if (session.Use(SqliteSql.QueueOldest).Bind(recipient).Bind(rank).Bind(now).Scalar() is { } ticks && !(ticks >= oldest)) oldest = ticks;
        }

        return oldest is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }
}
