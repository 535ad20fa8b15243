namespace Hub.Adapters.Stores.Relational;

/// <summary>Deliveries that this node's dispatcher holds, as this node last wrote them: who settles one need not read it before. Whether
/// somebody changed it since is found when the change is written, by its rev. Thread-safe.</summary>
internal sealed class HeldClaims
{
    // More than a node ever holds: then what is there was left behind.
    private const int Most = 20_000;

    private readonly Lock _access = new();
    private readonly Dictionary<long, StoredDelivery> _held = [];

    internal StoredDelivery? Find(long id)
    {
        lock (_access) return _held.GetValueOrDefault(id);
    }

    /// <summary>Of these ids those that are not there.</summary>
    internal long[] Missing(IReadOnlyCollection<long> ids)
    {
        lock (_access) return [.. ids.Where(id => !_held.ContainsKey(id))];
    }

    /// <summary>A transaction was committed; of what it knew counts what it wrote.</summary>
    internal void Committed(IReadOnlyCollection<TrackedDelivery> deliveries, int node)
    {
        lock (_access)
        {
            if (_held.Count + deliveries.Count > Most) _held.Clear();
            foreach (var delivery in deliveries)
            {
                if (!delivery.IsWritten) continue;
                if (delivery.Record.Node == node) _held[delivery.Record.Id] = new StoredDelivery(delivery.Record, delivery.Number, delivery.Rev, delivery.Rank);
                else _held.Remove(delivery.Record.Id);
            }
        }
    }

    internal void Forget(IEnumerable<long> ids)
    {
        lock (_access)
        {
            foreach (var id in ids) _held.Remove(id);
        }
    }

    internal void Clear()
    {
        lock (_access) _held.Clear();
    }
}
