namespace Hub.Core.Trail;

/// <summary>The entries of one grouped commit on their way into the tree.</summary>
internal sealed class TrailBatch
{
    internal EntryTicket Append(TrailEntry entry) => throw new NotImplementedException();
}
