using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>Commits of one kind of work for the node that holds its duty: each is tied to the term in which the work began, so that
/// work that went on without the duty commits nothing. One run of the work at a time.</summary>
/// <param name="inner">The node's committer.</param>
/// <param name="node">Which duties it holds.</param>
/// <param name="duty">The duty.</param>
public sealed class DutyCommitter(ICommitter inner, ThisNode node, string duty) : ICommitter
{
    private long _term = -1;

    /// <summary>The term in which the work began last; −1 before.</summary>
    public long Term => Interlocked.Read(ref _term);

    /// <summary>The term in which a run could begin now; null while this node does not hold the duty or may not work.</summary>
    public long? Open => node.Trouble is null ? node.TermOf(duty) : null;

    /// <inheritdoc/>
    public long UnknownEnds => inner.UnknownEnds;

    /// <summary>Begins a run of the work in the present term.</summary>
    /// <returns>Whether this node holds the duty and may work; if not, there is nothing to do.</returns>
    public bool TryBegin()
    {
        if (Open is not { } term) return false;
        Interlocked.Exchange(ref _term, term);
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="DutyLostException">The duty is no longer held in the term in which the work began.</exception>
    public ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        var term = Term;
        Require(term);
        return inner.RunAsync(
            reads,
            async scope =>
            {
                // Asked again whenever the unit runs again: what lost its duty must not spoil its group a second time.
                Require(term);
                await scope.Transaction.RequireDutyAsync(duty, term);
                return await work(scope);
            },
            cancellationToken);
    }

    private void Require(long term)
    {
        if (node.TermOf(duty) != term) throw new DutyLostException(duty);
    }
}

/// <summary>Another node does this work by now: what was begun ends here, and is no failure.</summary>
/// <param name="duty">The duty.</param>
public sealed class DutyLostException(string duty) : OperationCanceledException($"This node does not hold the duty '{duty}' any more; another node goes on with it.");
