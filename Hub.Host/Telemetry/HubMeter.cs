using System.Diagnostics.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>What the program around the bus measures itself.</summary>
internal static class HubMeter
{
    internal const string Name = "Hub.Host";

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Refusals = Meter.CreateCounter<long>("hub.refusals", "{refusal}", "Requests refused, by problem code.");

    internal static readonly Histogram<double> AcceptDuration = Meter.CreateHistogram<double>("hub.accept.duration", "s", "From the whole body to its receipt.");

    internal static readonly Counter<long> RefusedConnections = Meter.CreateCounter<long>("hub.connections.refused", "{connection}", "Connections closed because their source had its share.");

    internal static readonly Counter<long> UploadBytes = Meter.CreateCounter<long>("hub.uploads.bytes", "By", "Bytes of uploads taken.");

    internal static readonly Counter<long> UploadsCompleted = Meter.CreateCounter<long>("hub.uploads.completed", "{upload}", "Uploads that are complete and have their digest.");

    internal static readonly Counter<long> Tokens = Meter.CreateCounter<long>("hub.tokens.issued", "{token}", "Access tokens issued to systems.");
}
