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

    private TagSets _sets = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    /// <summary>Bounds of durations in seconds.</summary>
    internal static readonly double[] Durations = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>Bounds of counts.</summary>
    internal static readonly double[] Counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    internal string Name { get; } = name;

    /// <summary>Upper bounds of the buckets of a histogram; none for others.</summary>
    internal double[] Bounds { get; } = kind != MetricKind.Histogram ? [] : unit == "seconds" ? Durations : Counts;

    internal MetricKind Kind { get; } = kind;

    internal string? Unit { get; } = unit;

    internal string? Help { get; } = help;

    /// <summary>Whether it tells only what it is asked for: what is not told any more is gone.</summary>
    internal bool IsObserved { get; init; }

    internal void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _sets.Find(tags) ?? FindOrAdd(tags);
        lock (series) series.Record(value);
    }

    /// <summary>Forgets every series.</summary>
    internal void Forget()
    {
        lock (_series)
        {
            _series.Clear();
            _sets = new TagSets();
        }
    }

    private MetricSeries FindOrAdd(ReadOnlySpan<KeyValuePair<string, object?>> tags)
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

                if (!_series.TryGetValue(key, out series)) _series.Add(key, series = new MetricSeries(labels, Bounds, accumulates));
            }

            _sets.Keep(tags, series);
            return series;
        }
    }

    /// <summary>Runs an action over every series, in label order, each while it does not change.</summary>
    internal void Read(Action<MetricSeries> read)
    {
        lock (_series)
        {
            foreach (var (_, series) in _series.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                lock (series) read(series);
            }
        }
    }
}

/// <summary>The numbers of one label set.</summary>
internal sealed class MetricSeries(KeyValuePair<string, string>[] labels, double[] bounds, bool accumulates)
{
    internal KeyValuePair<string, string>[] Labels { get; } = labels;

    internal double Value { get; private set; }

    internal long Count { get; private set; }

    /// <summary>Observations per bucket, not cumulated; the last one is above every bound.</summary>
    internal long[] Buckets { get; } = bounds.Length > 0 ? new long[bounds.Length + 1] : [];

    internal void Record(double value)
    {
        Count++;
        Value = accumulates ? Value + value : value;
        if (bounds.Length == 0) return;
        var bucket = Array.FindIndex(bounds, bound => value <= bound);
        Buckets[bucket < 0 ? bounds.Length : bucket]++;
    }
}
