using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>What one unit of work sees inside a grouped commit.</summary>
public sealed class CommitScope
{
    private List<Action>? _afterCommit;
    private List<Action>? _whenAbandoned;

    internal CommitScope(IStoreTransaction transaction, TrailBatch trail)
    {
        Transaction = transaction;
        Trail = trail;
    }

    /// <summary>The store's transaction.</summary>
    public IStoreTransaction Transaction { get; }

    internal TrailBatch Trail { get; }

    /// <summary>Appends an entry to the log; its ticket is filled when the group is integrated.</summary>
    public EntryTicket Append(TrailEntry entry) => Trail.Append(entry);

    /// <summary>Does something once the group is durable, e.g. wakes those who wait for it; never when it is rolled back.
    /// It must be quick and must not throw.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>Does something when what the unit did is not committed: it threw, or its group failed or is run again. It must be
    /// quick and must not throw.</summary>
    internal void WhenAbandoned(Action action) => (_whenAbandoned ??= []).Add(action);

    /// <summary>Called by the committer after the group is durable, before it completes the unit's task.</summary>
    internal void Committed()
    {
        _whenAbandoned = null;
        _afterCommit?.ForEach(static action => action());
    }

    /// <summary>Called by the committer, once, when the run that had this scope came to nothing.</summary>
    internal void Abandon()
    {
        var actions = _whenAbandoned;
        _whenAbandoned = null;
        actions?.ForEach(static action => action());
    }
}
