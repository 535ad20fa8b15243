using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>What one unit of work sees inside a grouped commit.</summary>
public sealed class CommitScope
{
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
}
