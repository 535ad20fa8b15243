using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Storage;

/// <summary>The store's transaction as units see it: notes whether a unit has written, since one that throws before it wrote
/// leaves nothing to undo; and keeps commit and rollback to the committer.</summary>
internal sealed class GroupTransaction(IStoreTransaction inner) : IStoreTransaction
{
    /// <summary>Whether anything was written since the transaction began.</summary>
    internal bool HasWrites { get; private set; }

    /// <summary>Whether anything was written since <see cref="BeginUnit"/>.</summary>
    internal bool UnitHasWrites { get; private set; }

    /// <summary>The store's own transaction; asking for it counts as a write.</summary>
    private IStoreTransaction Writing
    {
        get
        {
            HasWrites = UnitHasWrites = true;
            return inner;
        }
    }

    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key) => inner.FindMessageAsync(key);

    public ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries) => Writing.InsertMessageAsync(message, octets, deliveries);

    public ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync(SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null, int turn = 0) => Writing.ClaimAsync(recipient, now, until, limit, protocolOnly, node, turn);

    public ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit) => inner.ListRecipientsDueAsync(now, limit);

    public ValueTask<DateTimeOffset?> FindNextDueAsync(SystemAddress recipient, DateTimeOffset now) => inner.FindNextDueAsync(recipient, now);

    public ValueTask<IReadOnlyList<SystemAddress>> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit, IReadOnlyCollection<long>? except = null) => Writing.ReleaseClaimsAsync(node, now, limit, except);

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id) => inner.FindDeliveryAsync(id);

    public ValueTask<DeliveryRecord?> FindHeldAsync(long id, string claim) => inner.FindHeldAsync(id, claim);

    public ValueTask<DeliveryRecord?> FindClaimAsync(string claim) => inner.FindClaimAsync(claim);

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient) => inner.FindDeliveryAsync(message, recipient);

    public ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery) => Writing.InsertDeliveryAsync(message, delivery);

    public ValueTask UpdateDeliveryAsync(DeliveryRecord delivery) => Writing.UpdateDeliveryAsync(delivery);

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit) => inner.ListExpiredAsync(now, limit);

    public ValueTask WriteWaitAsync(MessageKey request, DateTimeOffset? until) => Writing.WriteWaitAsync(request, until);

    public ValueTask EraseAsync(MessageKey key, DateTimeOffset at) => Writing.EraseAsync(key, at);

    public ValueTask<bool> IsUploadNamedAsync(UploadName upload) => inner.IsUploadNamedAsync(upload);

    public ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit) => inner.ListErasedUploadsAsync(limit);

    public ValueTask ForgetErasedUploadAsync(UploadName upload) => Writing.ForgetErasedUploadAsync(upload);

    public ValueTask PreloadAsync(IReadOnlyCollection<MessageKey> messages, IReadOnlyCollection<long> deliveries) => throw OnlyTheCommitter();

    public ValueTask StageAsync() => throw OnlyTheCommitter();

    public ValueTask<LogPlace> TakeSeatAsync(LogPlace expected) => throw OnlyTheCommitter();

    public ValueTask RequireDutyAsync(string duty, long term) => inner.RequireDutyAsync(duty, term);

    public ValueTask<long?> ReadRegistryVersionAsync() => inner.ReadRegistryVersionAsync();

    public void Tell(MessageKey message) => inner.Tell(message);

    public ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries) => throw OnlyTheCommitter();

    public ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes) => throw OnlyTheCommitter();

    public ValueTask WriteCheckpointAsync(long size, string note) => throw OnlyTheCommitter();

    public ValueTask WriteRegistryAsync(RegistryVersion version) => Writing.WriteRegistryAsync(version);

    public ValueTask<ProposalRecord?> FindProposalAsync(string id) => inner.FindProposalAsync(id);

    public ValueTask WriteProposalAsync(ProposalRecord proposal) => Writing.WriteProposalAsync(proposal);

    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key) => inner.ReadAppStateAsync(app, key);

    public ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value) => Writing.WriteAppStateAsync(app, key, value);

    public ValueTask CommitAsync() => throw OnlyTheCommitter();

    public ValueTask DisposeAsync() => throw OnlyTheCommitter();

    internal void BeginUnit() => UnitHasWrites = false;

    private static InvalidOperationException OnlyTheCommitter() =>
        new("A unit of work neither writes the log nor ends the transaction: use CommitScope.Append, and return or throw.");
}
