namespace Hub.Host.Telemetry;

/// <summary>What an OpenMetrics family is.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One metric: a family of series that differ in their labels. Thread-safe. At most <see cref="MaxSeries"/> label
/// sets are kept; further ones are counted together under <c>overflow="true"</c>, so that no peer can grow the answer.</summary>
/// <param name="name">Name in OpenMetrics' alphabet, without suffix.</param>
/// <param name="kind">What it is.</param>
/// <param name="unit">Unit, which the name ends in.</param>
/// <param name="help">One sentence.</param>
/// <param name="accumulates">Whether a measurement adds to the series' value; otherwise it replaces it.</param>
internal sealed class MetricFamily(string name, MetricKind kind, string? unit, string? help, bool accumulates = true)
{
    internal const int MaxSeries = 200;

    private static readonly KeyValuePair<string, string>[] Overflow = [new("overflow", "true")];

    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    internal string Name { get; } = name;

    internal MetricKind Kind { get; } = kind;

    internal string? Unit { get; } = unit;

    internal string? Help { get; } = help;

    internal void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = MetricLabels.Of(tags);
        lock (_series)
        {
            var key = MetricLabels.Write(labels);
            if (!_series.TryGetValue(key, out var series))
            {
                if (_series.Count >= MaxSeries)
                {
                    labels = Overflow;
                    key = MetricLabels.Write(labels);
                }

                if (!_series.TryGetValue(key, out series)) _series.Add(key, series = new MetricSeries(labels, Kind, accumulates));
            }

            series.Record(value);
        }
    }

    /// <summary>Runs an action over every series, in label order, while none changes.</summary>
    internal void Read(Action<MetricSeries> read)
    {
        lock (_series)
        {
            foreach (var (_, series) in _series.OrderBy(static pair => pair.Key, StringComparer.Ordinal)) read(series);
        }
    }
}

/// <summary>The numbers of one label set.</summary>
internal sealed class MetricSeries(KeyValuePair<string, string>[] labels, MetricKind kind, bool accumulates)
{
    /// <summary>Upper bounds of histogram buckets, in seconds.</summary>
    internal static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    internal KeyValuePair<string, string>[] Labels { get; } = labels;

    internal double Value { get; private set; }

    internal long Count { get; private set; }

    /// <summary>Observations per bucket, not cumulated; the last one is above every bound.</summary>
    internal long[] Buckets { get; } = kind == MetricKind.Histogram ? new long[Bounds.Length + 1] : [];

    internal void Record(double value)
    {
        Count++;
        Value = accumulates ? Value + value : value;
        if (kind != MetricKind.Histogram) return;
        var bucket = Array.FindIndex(Bounds, bound => value <= bound);
        Buckets[bucket < 0 ? Bounds.Length : bucket]++;
    }
}
