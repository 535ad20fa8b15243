using Hub.Core.Storage;

namespace Hub.Host.Telemetry;

/// <summary>What gauges read from the store, together.</summary>
/// <param name="Store">What it said; null when it did not answer.</param>
internal sealed record GaugeReading(StoreReading? Store);

/// <summary>The state of the hub as its store has it.</summary>
/// <param name="Counts">Counts.</param>
/// <param name="Queues">What waits, by system.</param>
/// <param name="LogSize">Entries in the log.</param>
/// <param name="Nodes">All nodes.</param>
/// <param name="IdleDuties">Duties that nobody holds.</param>
internal sealed record StoreReading(StoreStatistics Counts, IReadOnlyList<QueueSeries> Queues, long LogSize, IReadOnlyList<NodeRecord> Nodes, int IdleDuties);
