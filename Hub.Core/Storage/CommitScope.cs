using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>What one unit of work sees inside a grouped commit.</summary>
public sealed class CommitScope
{
    private List<Action>? _afterCommit;

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

    /// <summary>Called by the committer after the group is durable, before it completes the unit's task.</summary>
    internal void Committed() => _afterCommit?.ForEach(action => action());
}
