using System.Globalization;
using System.Text;

namespace Hub.Host.Telemetry;

/// <summary>Writes families as OpenMetrics text 1.0.</summary>
internal static class OpenMetricsText
{
    internal const string MediaType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <param name="families">What to write.</param>
    /// <param name="systems">Whether series that tell systems apart are written.</param>
    internal static string Write(IEnumerable<MetricFamily> families, bool systems = true)
    {
        var text = new StringBuilder();
        foreach (var family in families.OrderBy(static family => family.Name, StringComparer.Ordinal)) Write(text, family, systems);
        return text.Append("# EOF\n").ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family, bool systems)
    {
        var name = family.Name;
        text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
        if (family.Unit is not null) text.Append("# UNIT ").Append(name).Append(' ').Append(family.Unit).Append('\n');
        if (family.Help is not null) text.Append("# HELP ").Append(name).Append(' ').Append(MetricLabels.Escape(family.Help)).Append('\n');
        family.Read(series =>
        {
            if (!systems && Array.Exists(series.Labels, static l => l.Key == QueueSeries.Label)) return;
            switch (family.Kind)
            {
                case MetricKind.Histogram:
                    WriteBuckets(text, family, series);
                    break;
                case MetricKind.Counter:
                    Line(text, name + "_total", MetricLabels.Write(series.Labels), Number(series.Value));
                    break;
                default:
                    Line(text, name, MetricLabels.Write(series.Labels), Number(series.Value));
                    break;
            }
        });
    }

    private static void WriteBuckets(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        var name = family.Name;
        long below = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            below += series.Buckets[i];
            var bound = i < family.Bounds.Length ? Bound(family.Bounds[i]) : "+Inf";
            Line(text, name + "_bucket", MetricLabels.Write(series.Labels, bound), below.ToString(CultureInfo.InvariantCulture));
        }

        Line(text, name + "_sum", MetricLabels.Write(series.Labels), Number(series.Value));
        Line(text, name + "_count", MetricLabels.Write(series.Labels), series.Count.ToString(CultureInfo.InvariantCulture));
    }

    private static void Line(StringBuilder text, string name, string labels, string value) =>
        text.Append(name).Append(labels).Append(' ').Append(value).Append('\n');

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Bounds are canonical numbers with a dot: <c>1.0</c>, not <c>1</c>.</summary>
    private static string Bound(double bound)
    {
        var text = bound.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}
