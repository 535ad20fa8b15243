using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>Listens to the hub's meters and to those of the server and the runtime, and keeps their sums.</summary>
internal sealed class MetricsRegistry : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    private readonly HubGauges? _gauges;
    private readonly Lock _writing = new();

    /// <param name="gauges">This hub's; those of others in the process are not heard.</param>
    public MetricsRegistry(HubGauges? gauges = null)
    {
        _gauges = gauges;
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

    /// <summary>Everything measured so far, as text; observable instruments are asked now, and what they do not tell any more is gone.</summary>
    /// <param name="systems">Whether to show what tells systems apart.</param>
    internal string Write(bool systems)
    {
        lock (_writing)
        {
            foreach (var family in _families.Values)
            {
                if (family.IsObserved) family.Forget();
            }

            _listener.RecordObservableInstruments();
            return OpenMetricsText.Write(_families.Values, systems);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!WantedInstruments.Contain(instrument) || (instrument.Meter.Scope is HubGauges gauges && gauges != _gauges)) return;
        var (kind, accumulates) = KindOf(instrument);
        var unit = UnitOf(instrument.Unit);
        var name = NameOf(instrument.Name, unit, kind);
        var family = _families.GetOrAdd(name, key => new MetricFamily(key, kind, unit, instrument.Description, accumulates) { IsObserved = instrument.IsObservable });
        if (family.Kind == kind) listener.EnableMeasurementEvents(instrument, family);
    }

    /// <summary>Observable instruments report their value, the others a change; a plain gauge reports its value too.</summary>
    private static (MetricKind Kind, bool Accumulates) KindOf(Instrument instrument)
    {
        if (WantedInstruments.IsLevel(instrument)) return (MetricKind.Gauge, false);
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
