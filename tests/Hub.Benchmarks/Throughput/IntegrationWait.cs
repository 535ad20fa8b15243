using System.Globalization;

namespace Hub.Benchmarks.Throughput;

/// <summary>A hub's histogram of the time from asking for the log's seat to the durable commit, as <c>/metrics</c> has it.</summary>
/// <param name="Cumulated">How many waits lasted at most so many seconds.</param>
internal sealed record IntegrationWait(IReadOnlyDictionary<double, double> Cumulated)
{
    private const string Bucket = "hub_log_integration_seconds_bucket{le=\"";

    /// <summary>Reads OpenMetrics text; null when it has no such histogram.</summary>
    internal static IntegrationWait? Parse(string metrics)
    {
        var buckets = metrics.Split('\n').Where(static l => l.StartsWith(Bucket, StringComparison.Ordinal))
            .Select(static l => l[Bucket.Length..].Split("\"} "))
            .ToDictionary(static p => p[0] == "+Inf" ? double.PositiveInfinity : Number(p[0]), static p => Number(p[1].Split(' ')[0]));
        return buckets.Count > 0 ? new IntegrationWait(buckets) : null;
    }

    public static IntegrationWait operator +(IntegrationWait one, IntegrationWait other) => Combine(one, other, static (a, b) => a + b);

    public static IntegrationWait operator -(IntegrationWait one, IntegrationWait other) => Combine(one, other, static (a, b) => a - b);

    /// <summary>Milliseconds that a share of the waits did not exceed, interpolated within a bucket.</summary>
    internal double Quantile(double share)
    {
        var wanted = share * Cumulated[double.PositiveInfinity];
        var (bound, count) = (0.0, 0.0);
        foreach (var (next, cumulated) in Cumulated.OrderBy(static b => b.Key))
        {
            if (cumulated >= wanted) return 1000 * (double.IsInfinity(next) ? bound : bound + (next - bound) * (wanted - count) / Math.Max(1, cumulated - count));
            (bound, count) = (next, cumulated);
        }

        return 0;
    }

    private static IntegrationWait Combine(IntegrationWait one, IntegrationWait other, Func<double, double, double> combine) =>
        new(one.Cumulated.ToDictionary(static b => b.Key, b => combine(b.Value, other.Cumulated.GetValueOrDefault(b.Key))));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
