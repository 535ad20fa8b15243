using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;

namespace Hub.Core.Storage;

/// <summary>The durable state of a hub. Reads are concurrent and see committed state only; every write goes through a
/// transaction that <see cref="GroupCommitter"/> alone begins. A conformance suite states the promises.</summary>
public interface IHubStore : IAsyncDisposable
{
    /// <summary>Creates or migrates the schema, repairs what a crash left (unreferenced body tails), and opens for use.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>Why this store can write no more until the hub is started again; null while it can.</summary>
    string? WritesRefused => null;

    /// <summary>Whether other nodes may write to it at the same time.</summary>
    bool IsShared => false;

    /// <summary>Hears of what other nodes committed, on a thread of the store: it must be quick and must not throw. A hint: every
    /// listener also looks by itself now and then. Call once, before <see cref="OpenAsync"/>.</summary>
    void Listen(Action<StoreWake> heard)
    {
    }

    /// <summary>Makes room for the months to come, where the store keeps months apart; safe to call at any time, by any node.</summary>
    /// <returns>How many parts were made; 0 when all were there.</returns>
    ValueTask<int> MakeRoomAsync(CancellationToken cancellationToken = default) => new(0);

    /// <summary>Begins a write transaction of this node: one at a time, or two side by side when the store is shared.</summary>
    ValueTask<IStoreTransaction> BeginAsync(CancellationToken cancellationToken = default);

    /// <summary>A message, or null.</summary>
    ValueTask<MessageRecord?> FindMessageAsync(MessageKey key, CancellationToken cancellationToken = default);

    /// <summary>The first reply to a request: in reply to it, of this type, from one of its recipients, to its sender, and not held
    /// back by its own <c>notBefore</c>; or null.</summary>
    ValueTask<MessageRecord?> FindReplyAsync(MessageKey request, MessageType type, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>How many messages of a system are in reply to a request; those beyond <paramref name="most"/> are not counted.</summary>
    ValueTask<int> CountRepliesAsync(MessageKey request, SystemAddress from, int most, CancellationToken cancellationToken = default);

    /// <summary>The exact octets of a message, decrypted; null when it is unknown or its body was erased.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadOctetsAsync(MessageKey key, CancellationToken cancellationToken = default);

    /// <summary>Several messages with their octets, in one round trip; for those that are there, in no stated order.</summary>
    /// <param name="keys">Which.</param>
    /// <param name="mostOctets">Bytes of octets at most, all together: for what is beyond, the message comes without them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(IReadOnlyCollection<MessageKey> keys, long mostOctets, CancellationToken cancellationToken = default);

    /// <summary>Messages, newest first. A page ends once it has looked at many rows that its filters leave out, short or even
    /// empty and still with a next cursor: only a page without one is the last.</summary>
    ValueTask<Page<MessageRecord>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>The deliveries of a message, by id.</summary>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(MessageKey key, CancellationToken cancellationToken = default);

    /// <summary>One delivery, or null.</summary>
    ValueTask<DeliveryRecord?> FindDeliveryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Deliveries in a state (of one recipient, if given), oldest message first: an order that does not move while it is paged.
    /// A page may be short as with <see cref="ListMessagesAsync"/>.</summary>
    ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(DeliveryState state, SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Dead deliveries by system and problem code, those without a problem code left out: a system's stand together, in the order of
    /// the codes. The cost of a page is that of counting its deliveries.</summary>
    /// <param name="recipient">Only of this system.</param>
    /// <param name="cursor"><see cref="Page{T}.Next"/> of the page before: the name of its last group (<see cref="DeadGroup.Key"/>).</param>
    /// <param name="limit">Groups at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<Page<DeadGroup>> ListDeadGroupsAsync(SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Whether a system has a dead delivery with a problem code: one look-up, however many there are.</summary>
    ValueTask<bool> HasDeadAsync(SystemAddress recipient, string problem, CancellationToken cancellationToken = default);

    /// <summary>Every system that has unfinished deliveries (queued or claimed), whether the registry still knows it or not; in no
    /// stated order. It costs two look-ups for each.</summary>
    ValueTask<IReadOnlyList<SystemAddress>> ListUnfinishedRecipientsAsync(CancellationToken cancellationToken = default);

    /// <summary>How many unfinished deliveries (queued or claimed) each system has that has at least so many; in no stated order. It costs a
    /// walk over all that are unfinished.</summary>
    /// <param name="floor">Fewest, 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<KeyValuePair<SystemAddress, long>>> ListBacklogsAsync(long floor, CancellationToken cancellationToken = default);

    /// <summary>Deliveries of one recipient that nobody holds at an instant: queued, due or not, or claimed with an ended claim. By id;
    /// those of <c>hub.*</c> messages are left out.</summary>
    /// <param name="recipient">The system.</param>
    /// <param name="now">The instant.</param>
    /// <param name="after">Only greater ids; 0 for all.</param>
    /// <param name="limit">Deliveries at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListUntakenAsync(SystemAddress recipient, DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Whether an unerased message of its owner names this upload.</summary>
    ValueTask<bool> IsUploadNamedAsync(UploadName upload, CancellationToken cancellationToken = default);

    /// <summary>The log's entries about a message, by index.</summary>
    ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(MessageKey key, CancellationToken cancellationToken = default);

    /// <summary>Entries by index: <paramref name="first"/> and at most <paramref name="count"/> − 1 after it.</summary>
    ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(long first, int count, CancellationToken cancellationToken = default);

    /// <summary>The first signed checkpoint that covers an entry: the one of the smallest size greater than its index, which
    /// is the one its receipt was made with. With null the newest. Null when there is none.</summary>
    ValueTask<string?> FindCheckpointAsync(long? entry = null, CancellationToken cancellationToken = default);

    /// <summary>The hashes of one tile (C2SP tlog-tiles, height 8): 1 to 256 × 32 bytes; empty when it has none yet.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadTileAsync(int level, long index, CancellationToken cancellationToken = default);

    /// <summary>Several tiles in one round trip; see <see cref="ReadTileAsync"/>.</summary>
    async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<(int Level, long Index)> tiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        var read = new ReadOnlyMemory<byte>[tiles.Count];
        for (var i = 0; i < read.Length; i++) read[i] = await ReadTileAsync(tiles[i].Level, tiles[i].Index, cancellationToken);
        return read;
    }

    /// <summary>The registry as of a version, or the newest; null when there is none, or no such version.</summary>
    ValueTask<RegistryState?> ReadRegistryStateAsync(long? version = null, CancellationToken cancellationToken = default);

    /// <summary>Changes of the registry after a version, oldest first. Fewer than asked for does not mean the end: a page ends early
    /// when its changes are many; only an empty one is the end.</summary>
    /// <param name="after">Version; 0 for all.</param>
    /// <param name="limit">Versions at most, 1 to 200.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryVersionsAsync(long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The version of the registry that was in force at an instant (it includes a change of that very instant); null when there was none yet.</summary>
    ValueTask<long?> FindRegistryVersionAsync(DateTimeOffset at, CancellationToken cancellationToken = default);

    /// <summary>The changes of one object, oldest first: each with that object alone. Of more than 200 the newest.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="id">What names it.</param>
    /// <param name="until">The last version asked about; null: the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryHistoryAsync(string section, string id, long? until = null, CancellationToken cancellationToken = default);

    /// <summary>What every key of one system was since a version, removals left out, oldest first. The cost is that of the system's own keys.</summary>
    /// <param name="system">The system.</param>
    /// <param name="after">Written by later versions than this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(SystemAddress system, long after, CancellationToken cancellationToken = default);

    /// <summary>A proposal, or null.</summary>
    ValueTask<ProposalRecord?> FindProposalAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Proposals in a state (all, if null), newest first.</summary>
    ValueTask<Page<ProposalRecord>> ListProposalsAsync(string? state, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>The registry of a hub from before objects were kept one by one: its YAML text and version; null when there is none.
    /// It is taken over once, when <see cref="ReadRegistryStateAsync"/> finds nothing.</summary>
    ValueTask<(long Version, string Document)?> ReadRegistryAsync(CancellationToken cancellationToken = default);

    /// <summary>A value of an app's own state.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key, CancellationToken cancellationToken = default);

    /// <summary>Keys and values of an app's own state whose keys start with a prefix, in key order.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> ListAppStateAsync(SystemAddress app, string prefix, int limit, CancellationToken cancellationToken = default);

    /// <summary>What waits for each system that has unfinished deliveries, whether the registry still knows it or not; in no stated order.
    /// Its cost is bounded for each system.</summary>
    /// <param name="now">The instant.</param>
    /// <param name="most">Deliveries of a system that are counted, at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<QueueStatistics>> ReadQueuesAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default);

    /// <summary>Counts.</summary>
    ValueTask<StoreStatistics> ReadStatisticsAsync(CancellationToken cancellationToken = default);
}
