using System.Diagnostics.Metrics;

namespace Hub.Core.Notices;

/// <summary>What notices measure on the meter <c>Hub.Core</c>.</summary>
internal static class NoticeMetrics
{
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Gauge<int> Expiring = Meter.CreateGauge<int>("hub.keys.expiring", "{key}", "Keys that end soon, by the days (60, 14, 3) within which they end.");

    private static readonly Counter<long> Told = Meter.CreateCounter<long>("hub.notices", "{notice}", "Notices sent to systems, by code.");

    internal static void Record(IReadOnlyList<ExpiringKey> expiring)
    {
        foreach (var days in Registry.Changes.KeyExpiryPolicy.Thresholds) Expiring.Record(expiring.Count(e => e.Threshold == days), new KeyValuePair<string, object?>("days", days.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    internal static void Sent(string code) => Told.Add(1, new KeyValuePair<string, object?>("code", code));
}
