using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>Refuses units of work while the node holds no lease: the store would refuse them too, later and dearer.</summary>
/// <param name="inner">The node's committer.</param>
/// <param name="node">Whether the lease is held.</param>
public sealed class LeasedCommitter(GroupCommitter inner, ThisNode node) : ICommitter
{
    /// <inheritdoc/>
    public long UnknownEnds => inner.UnknownEnds;

    /// <inheritdoc/>
    public ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        node.RequireLease();
        return inner.RunAsync(reads, work, cancellationToken);
    }
}
