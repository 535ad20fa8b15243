using Hub.Benchmarks.Throughput;

namespace Hub.Benchmarks.Latency;

/// <summary>How long senders and recipients wait at a fixed rate, and what a nearly idle hub costs. Open loop: messages are due at fixed
/// instants and waits count from then, so that a hub that stalls cannot hide it by being asked less.</summary>
internal static class LatencyScenario
{
    private const double Low = 100;

    internal static readonly ThroughputOptions Defaults = new() { Rate = 4_000, Connections = 256, Cases = [Case.Named("1KB")] };

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        var results = new List<Result>();
        var busy = await MeasureAsync(options);
        var name = $"{options.Rate:F0}/s";
        results.Add(Most($"{name}, delivered", busy.SoundRate, "msg/s", null));
        results.Add(Most($"{name}, acceptance p50", busy.Report.Waits.P50, "ms", 5));
        results.Add(Most($"{name}, acceptance p99", busy.Report.Waits.P99, "ms", 40));
        results.Add(Most($"{name}, accepted to delivered p99", busy.Report.Handed.P99, "ms", 100));
        var calm = await MeasureAsync(options with { Rate = Low, Connections = 16 });
        results.Add(Most($"{Low:F0}/s, the hub's share of one core", calm.Cpu["hub"] * Low / 1e4, "%", 10));
        results.Add(Most($"{Low:F0}/s, acceptance p99", calm.Report.Waits.P99, "ms", null));
        Report.Print("latency", results);
        return busy.IsSound && calm.IsSound ? 0 : 1;
    }

    private static Task<Measured> MeasureAsync(ThroughputOptions options)
    {
        var setup = new HubSetup(options.Postgres);
        return LineRun.RunAsync(options, options.Cases[0], $"{setup} at {options.Rate:F0}/s", async (folder, sinkUrl, sender) => await HubLine.StartAsync(setup, folder, sinkUrl, sender));
    }

    private static Result Most(string name, double? value, string unit, double? most) =>
        new(name, value is { } v ? Math.Round(v, 1) : null, unit, most, most is null ? null : value <= most);
}
