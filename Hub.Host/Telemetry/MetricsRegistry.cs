using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>Listens to the hub's meters and to those of the server and the runtime, and keeps their sums.</summary>
internal sealed class MetricsRegistry : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public MetricsRegistry()
    {
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything measured so far; observable instruments are asked now.</summary>
    internal IReadOnlyCollection<MetricFamily> Read()
    {
        _listener.RecordObservableInstruments();
        return [.. _families.Values];
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!IsWanted(instrument)) return;
        var (kind, accumulates) = KindOf(instrument);
        var unit = UnitOf(instrument.Unit);
        var name = NameOf(instrument.Name, unit, kind);
        var family = _families.GetOrAdd(name, key => new MetricFamily(key, kind, unit, instrument.Description, accumulates));
        if (family.Kind == kind) listener.EnableMeasurementEvents(instrument, family);
    }

    private static bool IsWanted(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("Hub.", StringComparison.Ordinal) || instrument.Meter.Name == "Hub"
        || instrument.Name is "http.server.request.duration" or "http.server.active_requests" or "kestrel.active_connections" or "kestrel.rejected_connections"
            or "dotnet.process.memory.working_set" or "dotnet.process.cpu.time" or "dotnet.gc.pause.time" or "dotnet.exceptions";

    /// <summary>Observable instruments report their value, the others a change; a plain gauge reports its value too.</summary>
    private static (MetricKind Kind, bool Accumulates) KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal)) return (MetricKind.Histogram, true);
        if (type.StartsWith("Counter", StringComparison.Ordinal)) return (MetricKind.Counter, true);
        if (type.StartsWith("ObservableCounter", StringComparison.Ordinal)) return (MetricKind.Counter, false);
        return (MetricKind.Gauge, type.StartsWith("UpDownCounter", StringComparison.Ordinal));
    }

    private static string? UnitOf(string? unit) => unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        _ => null,
    };

    private static string NameOf(string name, string? unit, MetricKind kind)
    {
        var text = MetricLabels.Name(name);
        if (kind == MetricKind.Counter && text.EndsWith("_total", StringComparison.Ordinal)) text = text[..^"_total".Length];
        return unit is null || text.EndsWith("_" + unit, StringComparison.Ordinal) ? text : $"{text}_{unit}";
    }
}
