using System.Diagnostics.Metrics;

namespace Hub.Core.Registry.Certificates;

/// <summary>What the watch measures on the meter <c>Hub.Core</c>.</summary>
internal static class CertificateMetrics
{
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Gauge<int> Certificates = Meter.CreateGauge<int>("hub.certificates", "{certificate}", "Certificates of keys and their authorities, by status.");

    private static readonly Gauge<double> Oldest = Meter.CreateGauge<double>("hub.certificates.oldest_answer", "s", "Age of the oldest answer about a certificate in use.");

    private static readonly Counter<long> Asked = Meter.CreateCounter<long>("hub.certificates.asked", "{question}", "Questions about certificates, by outcome.");

    internal static void Answered(CertificateState state) => Asked.Add(1, new KeyValuePair<string, object?>("outcome", Text(state)));

    internal static void Record(IReadOnlyCollection<CertificateStanding> standings, DateTimeOffset now)
    {
        foreach (var state in Enum.GetValues<CertificateState>())
            Certificates.Record(standings.Count(s => s.State == state), new KeyValuePair<string, object?>("status", Text(state)));
        Oldest.Record(standings.Where(static s => s.State != CertificateState.Unanchored).Select(s => (now - (s.Learnt ?? s.Since)).TotalSeconds).DefaultIfEmpty().Max());
    }

    internal static string Text(CertificateState state) => state switch
    {
        CertificateState.Good => "good",
        CertificateState.Revoked => "revoked",
        CertificateState.Unanchored => "unanchored",
        _ => "unknown",
    };
}
