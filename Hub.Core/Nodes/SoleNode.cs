using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>The node of a store that nobody shares: number 1, every duty held, a lease that cannot be lost. Thread-safe.</summary>
/// <param name="clock">The node's clock, which is the store's.</param>
public sealed class SoleNode(TimeProvider clock) : INodeStore
{
    private volatile NodeRecord? _node;
    private volatile IReadOnlyList<string> _duties = [];

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public ValueTask<NodeRecord> JoinAsync(NodeCard card, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        return new(_node = new NodeRecord(ThisNode.Alone, Incarnation: 1, card, now, now + lease, Alive: true));
    }

    /// <inheritdoc/>
    public ValueTask<NodeBeat?> BeatAsync(IReadOnlyCollection<string> duties, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        if (_node is not { } node) return new((NodeBeat?)null);
        var now = clock.GetUtcNow();
        (_node, _duties) = (node with { Until = now + lease }, [.. duties.Order(StringComparer.Ordinal)]);
        return new(new NodeBeat(now, duties.ToDictionary(static d => d, static _ => 1L), []));
    }

    /// <inheritdoc/>
    public ValueTask LeaveAsync(CancellationToken cancellationToken = default)
    {
        (_node, _duties) = (null, []);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken = default) => new(_node is { } node ? [node] : []);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DutyRecord>> ListDutiesAsync(CancellationToken cancellationToken = default) =>
        new(_node is { } node ? [.. _duties.Select(d => new DutyRecord(d, node.Number, 1, node.Joined, node.Until, Held: true))] : []);
}
