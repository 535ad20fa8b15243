using Hub.Contracts.Problems;

namespace Hub.Core.Nodes;

/// <summary>Who this node is among the nodes of its hub, and whether it may work. A node that never joined others has its store for
/// itself: it may always work, and every duty is its own. Thread-safe.</summary>
/// <remarks>Time is measured on the monotonic clock from before the beat was sent, so that the node believes its lease over no later
/// than the store does, whatever its wall clock says.</remarks>
/// <param name="clock">The node's clock.</param>
public sealed class ThisNode(TimeProvider? clock = null)
{
    /// <summary>The number of a node that has its store for itself.</summary>
    public const int Alone = 1;

    /// <summary>What refused callers are told to wait (2 s).</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private volatile NodeStanding? _standing;

    /// <summary>Its number, which the dispatcher's claims carry.</summary>
    public int Number => _standing?.Number ?? Alone;

    /// <summary>Grows with every join: what was held in memory under an earlier one is worthless. 0 before the first.</summary>
    public long Incarnation => _standing?.Incarnation ?? 0;

    /// <summary>Why it may take up no new work; null while it may.</summary>
    public NodeTrouble? Trouble => _standing?.TroubleAt(_clock);

    /// <summary>Dead nodes that still hold claims, as of the last beat.</summary>
    public IReadOnlyList<int> Dead => _standing is { } standing && standing.HoldsLease(_clock) ? standing.Dead : [];

    /// <summary>The term in which it holds a duty; null when it does not.</summary>
    public long? TermOf(string duty) => _standing switch
    {
        null => 1,
        { } standing when standing.HoldsLease(_clock) && standing.Duties.TryGetValue(duty, out var term) => term,
        _ => null,
    };

    /// <summary>Refuses what would be committed without a lease.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>, with Retry-After.</exception>
    public void RequireLease()
    {
        if (_standing is { } standing && !standing.HoldsLease(_clock)) throw Unavailable(standing.TroubleAt(_clock) ?? NodeStanding.NoLease);
    }

    /// <summary>Refuses new work while the node may take up none.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>, with Retry-After.</exception>
    public void RequireFit()
    {
        if (Trouble is { } trouble) throw Unavailable(trouble);
    }

    /// <summary>How it stands from now on.</summary>
    internal void Became(NodeStanding standing) => _standing = standing;

    private static ProblemException Unavailable(NodeTrouble trouble) =>
        new(new Problem(ProblemCode.Unavailable, $"{trouble.Detail} Retry in {RetryAfter.TotalSeconds:0} s, or at another node.") { RetryAfter = RetryAfter });
}
