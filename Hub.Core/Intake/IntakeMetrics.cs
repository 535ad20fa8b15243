using System.Diagnostics.Metrics;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Intake;

/// <summary>What intake counts, on the meter <c>Hub.Core</c>.</summary>
internal static class IntakeMetrics
{
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Counter<long> Accepts = Meter.CreateCounter<long>("hub.intake.accepted", "{message}", "Messages accepted");

    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("hub.intake.duplicates", "{message}", "Messages sent again and given their old receipt");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("hub.intake.refused", "{message}", "Envelopes refused, by problem code");

    internal static void Accepted(EnvelopeEncoding encoding, bool duplicate) =>
        (duplicate ? Duplicates : Accepts).Add(1, new KeyValuePair<string, object?>("encoding", encoding == EnvelopeEncoding.Xml ? "xml" : "json"));

    internal static void Refused(ProblemCode code) => Refusals.Add(1, new KeyValuePair<string, object?>("code", code.Code));
}
