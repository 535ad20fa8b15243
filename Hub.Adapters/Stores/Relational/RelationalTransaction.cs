using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>The write transaction of one node.</summary>
internal sealed class RelationalTransaction : IStoreTransaction
{
    internal RelationalTransaction(RelationalHubStore store, System.Data.Common.DbConnection connection) => throw new NotSupportedException(store.ToString() + connection);

    public ValueTask PreloadAsync(IReadOnlyCollection<MessageKey> messages, IReadOnlyCollection<long> deliveries) => throw new NotImplementedException();

    public ValueTask<LogPlace> TakeSeatAsync(LogPlace expected) => throw new NotImplementedException();

    public ValueTask RequireDutyAsync(string duty, long term) => throw new NotImplementedException();

    public ValueTask<long?> ReadRegistryVersionAsync() => throw new NotImplementedException();

    public void Tell(MessageKey message) => throw new NotImplementedException();

    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync( SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit) => throw new NotImplementedException();

    public ValueTask<int> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit) => throw new NotImplementedException();

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id) => throw new NotImplementedException();

    public ValueTask<DeliveryRecord?> FindClaimAsync(string claim) => throw new NotImplementedException();

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient) => throw new NotImplementedException();

    public ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery) => throw new NotImplementedException();

    public ValueTask UpdateDeliveryAsync(DeliveryRecord delivery) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit) => throw new NotImplementedException();

    public ValueTask EraseAsync(MessageKey key, DateTimeOffset at) => throw new NotImplementedException();

    public ValueTask<bool> IsUploadNamedAsync(UploadName upload) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit) => throw new NotImplementedException();

    public ValueTask ForgetErasedUploadAsync(UploadName upload) => throw new NotImplementedException();

    public ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries) => throw new NotImplementedException();

    public ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes) => throw new NotImplementedException();

    public ValueTask WriteCheckpointAsync(long size, string note) => throw new NotImplementedException();

    public ValueTask WriteRegistryAsync(RegistryVersion version) => throw new NotImplementedException();

    public ValueTask<ProposalRecord?> FindProposalAsync(string id) => throw new NotImplementedException();

    public ValueTask WriteProposalAsync(ProposalRecord proposal) => throw new NotImplementedException();

    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key) => throw new NotImplementedException();

    public ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value) => throw new NotImplementedException();

    public ValueTask CommitAsync() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
