using System.Diagnostics.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>What came of sending to the collector.</summary>
internal static class OtlpMeter
{
    private static readonly Meter Meter = new(HubMeter.Name);

    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>("hub.otlp.dropped", "{span}", "Spans that the collector did not get.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("hub.otlp.failures", "{export}", "Exports that the collector did not take, by signal.");

    internal static void Drop(long spans) => Dropped.Add(spans);

    internal static void Failed(string signal) => Failures.Add(1, new KeyValuePair<string, object?>("signal", signal));
}
