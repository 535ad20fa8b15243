namespace Hub.Core.Storage;

/// <summary>The turns of a node's groups at its store: one group at a time runs its units and sends what they wrote (it <b>stages</b>), one
/// at a time takes the seat of the log and commits. With <paramref name="overlap"/> a group stages while the one before it commits;
/// without, and while other nodes commit as well, it keeps both turns to its end.</summary>
/// <remarks>Whoever commits has sent everything that waits for rows, and waits in the database for the seat alone. So a group that stages
/// may wait for the rows of the one that commits, never the other way round, and no two groups of a node can wait for each other where
/// the database does not see it. Only who stages asks for the other turn, so there are two transactions at most. Where other nodes commit,
/// they use the time in which this one waits, and a second group of its own would only make all groups smaller and their number greater.</remarks>
/// <param name="overlap">Whether the store takes two transactions of a node side by side.</param>
internal sealed class GroupTurns(bool overlap)
{
    private volatile bool _isAlone = true;

    /// <summary>Whether the next group stages while this one commits.</summary>
    internal bool Overlap => overlap && IsAlone;

    /// <summary>Whether nobody else has moved the log between the last two groups of this node.</summary>
    internal bool IsAlone
    {
        get => _isAlone;
        set => _isAlone = value;
    }

    internal SemaphoreSlim Staging { get; } = new(1, 1);

    internal SemaphoreSlim Committing { get; } = new(1, 1);
}

/// <summary>The turns that one group has.</summary>
internal sealed class GroupTurn(GroupTurns turns)
{
    private bool _stages;
    private bool _commits;

    /// <summary>Waits until it may run units; nothing when it may.</summary>
    internal async ValueTask StageAsync()
    {
        if (_stages) return;
        await turns.Staging.WaitAsync();
        _stages = true;
    }

    /// <summary>Whether it may commit now.</summary>
    internal bool TryCommit() => _commits = _commits || turns.Committing.Wait(0);

    /// <summary>Waits until it may commit.</summary>
    internal async ValueTask CommitAsync()
    {
        if (TryCommit()) return;
        await turns.Committing.WaitAsync();
        _commits = true;
    }

    /// <summary>It has sent all that waits for rows: the next group may stage.</summary>
    internal void Staged()
    {
        if (_stages && turns.Overlap) EndStaging();
    }

    /// <summary>It has the seat.</summary>
    /// <param name="alone">Whether the log stood where this node had left it.</param>
    internal void Seated(bool alone)
    {
        turns.IsAlone = alone;
        Staged();
    }

    /// <summary>Its transaction has ended.</summary>
    internal void End()
    {
        if (_commits) turns.Committing.Release();
        _commits = false;
        if (_stages) EndStaging();
    }

    private void EndStaging()
    {
        _stages = false;
        turns.Staging.Release();
    }
}
