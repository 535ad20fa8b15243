using System.Collections.Concurrent;
using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>The committer of each duty on this node. Thread-safe.</summary>
/// <param name="inner">The node's committer.</param>
/// <param name="node">Which duties it holds.</param>
public sealed class DutyCommitters(ICommitter inner, ThisNode node)
{
    private readonly ConcurrentDictionary<string, DutyCommitter> _all = new(StringComparer.Ordinal);

    /// <summary>That of a duty; always the same one.</summary>
    public DutyCommitter Of(string duty) => _all.GetOrAdd(duty, name => new DutyCommitter(inner, node, name));
}
