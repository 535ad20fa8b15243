using System.Globalization;

namespace Hub.Benchmarks.Throughput;

/// <summary>Quantiles of waits, in milliseconds.</summary>
internal sealed record Waits(double P50, double P95, double P99, double Max)
{
    internal static Waits Of(IEnumerable<TimeSpan> waits)
    {
        var sorted = waits.Select(static w => w.TotalMilliseconds).Order().ToArray();
        double At(double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
        return sorted.Length == 0 ? new Waits(0, 0, 0, 0) : new Waits(At(0.5), At(0.95), At(0.99), sorted[^1]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {P50:F1}, p95 {P95:F1}, p99 {P99:F1}, max {Max:F0} ms");
}
