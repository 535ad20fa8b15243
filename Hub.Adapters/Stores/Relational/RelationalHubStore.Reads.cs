using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// Reads of committed state.
public abstract partial class RelationalHubStore
{
    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindReplyAsync(MessageKey request, MessageType type, DateTimeOffset now, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<int> CountRepliesAsync(MessageKey request, SystemAddress from, int most, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadOctetsAsync(MessageKey key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<Page<MessageRecord>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(MessageKey key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(DeliveryState state, SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SystemAddress>> ListUnfinishedRecipientsAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListUntakenAsync(SystemAddress recipient, DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<bool> IsUploadNamedAsync(UploadName upload, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(MessageKey key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(long first, int count, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<string?> FindCheckpointAsync(long? entry = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadTileAsync(int level, long index, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<(int Level, long Index)> tiles, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<RegistryState?> ReadRegistryStateAsync(long? version = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryVersionsAsync(long after, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<long?> FindRegistryVersionAsync(DateTimeOffset at, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryHistoryAsync(string section, string id, long? until = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(SystemAddress system, long after, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<ProposalRecord?> FindProposalAsync(string id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<Page<ProposalRecord>> ListProposalsAsync(string? state, string? cursor, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<(long Version, string Document)?> ReadRegistryAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> ListAppStateAsync(SystemAddress app, string prefix, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<StoreStatistics> ReadStatisticsAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
