using Hub.Core.Storage;

namespace Hub.Host.Telemetry;

/// <summary>What waits for one system, or for all those beyond the deepest.</summary>
/// <param name="Tag">The system, or <c>overflow="true"</c>.</param>
/// <param name="Depth">Deliveries.</param>
/// <param name="AgeSeconds">How long the oldest of them has waited.</param>
internal sealed record QueueSeries(KeyValuePair<string, object?> Tag, long Depth, double AgeSeconds)
{
    /// <summary>The name of the label that tells systems apart: only operators may see it.</summary>
    internal const string Label = "system";

    /// <summary>The deepest by themselves, the rest together.</summary>
    internal static IReadOnlyList<QueueSeries> Of(IReadOnlyList<QueueStatistics> queues, DateTimeOffset now, int most = MetricFamily.MaxSeries)
    {
        var deepest = queues.OrderByDescending(static q => q.Depth).ThenBy(static q => q.System.ToString(), StringComparer.Ordinal).ToList();
        List<QueueSeries> series = [.. deepest.Take(most).Select(q => new QueueSeries(new(Label, q.System.ToString()), q.Depth, Age(q)))];
        var rest = deepest.Skip(most).ToList();
        if (rest.Count > 0) series.Add(new QueueSeries(new("overflow", "true"), rest.Sum(static q => q.Depth), rest.Max(Age)));
        return series;

        double Age(QueueStatistics queue) => queue.Oldest is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0;
    }
}
