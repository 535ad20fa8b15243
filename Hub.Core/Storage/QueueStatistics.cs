using Hub.Contracts.Addresses;

namespace Hub.Core.Storage;

/// <summary>What waits for one system.</summary>
/// <param name="System">The system.</param>
/// <param name="Depth">Its unfinished deliveries (queued or claimed), counted up to what was asked for.</param>
/// <param name="Oldest">Since when the one that waits longest has been waiting: since its acceptance (<see cref="DeliveryRecord.Since"/>,
/// where it has one), or since it was due when nobody has attempted it yet. Null while nothing has come due. Of what may be delivered now
/// the first hundred are looked at, since a replay may stand before what is older; of very many that are attempted again and again, only
/// those whose turn comes soonest.</param>
public sealed record QueueStatistics(SystemAddress System, long Depth, DateTimeOffset? Oldest);
