using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>How many spans wait for the collector. Thread-safe.</summary>
internal sealed class SpanRoom
{
    /// <summary>Spans at most; less than the queue holds, so that it never drops what was not counted.</summary>
    internal const int Capacity = 2_000;

    private int _waiting;

    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _waiting) <= Capacity) return true;
        Interlocked.Decrement(ref _waiting);
        OtlpMeter.Drop(1);
        return false;
    }

    internal void Leave(int count) => Interlocked.Add(ref _waiting, -count);
}

/// <summary>The queue of spans: beyond its room they are dropped and counted, and nobody waits.</summary>
internal sealed class SpanQueue(SpanRoom room, BaseExporter<Activity> exporter)
    : BatchActivityExportProcessor(exporter, maxQueueSize: 2_048, scheduledDelayMilliseconds: 1_000, exporterTimeoutMilliseconds: 5_000, maxExportBatchSize: 512)
{
    public override void OnEnd(Activity data)
    {
        if (data.Recorded && room.TryEnter()) base.OnEnd(data);
    }
}

/// <summary>Sends spans; those that the collector does not take are dropped and counted.</summary>
internal sealed class CountedTraceExporter(OtlpExporterOptions options, SpanRoom room, CollectorStanding standing) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var count = (int)activityBatch.Count;
        var result = base.Export(activityBatch);
        room.Leave(count);
        if (result == ExportResult.Failure) OtlpMeter.Drop(count);
        standing.Became("traces", result == ExportResult.Success);
        return result;
    }
}

/// <summary>Sends metrics; what the collector does not take comes again with the next figures, which include it.</summary>
internal sealed class CountedMetricExporter(OtlpExporterOptions options, CollectorStanding standing) : OtlpMetricExporter(options)
{
    public override ExportResult Export(in Batch<Metric> metrics)
    {
        var result = base.Export(metrics);
        standing.Became("metrics", result == ExportResult.Success);
        return result;
    }
}

/// <summary>Whether the collector takes what is sent; said when it changes, counted always.</summary>
internal sealed class CollectorStanding(Uri collector, ILogger log)
{
    private int _away;

    internal void Became(string signal, bool isTaken)
    {
        if (!isTaken) OtlpMeter.Failed(signal);
        if (Interlocked.Exchange(ref _away, isTaken ? 0 : 1) == (isTaken ? 0 : 1)) return;
        if (isTaken) log.LogInformation("The collector {Collector} takes telemetry again", collector.GetLeftPart(UriPartial.Authority));
        else log.LogWarning("The collector {Collector} does not take telemetry ({Signal}); the hub goes on without", collector.GetLeftPart(UriPartial.Authority), signal);
    }
}
