using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Storage;

/// <summary>The write transaction of a grouped commit. Reads see the transaction's own writes. Disposing without
/// <see cref="CommitAsync"/> rolls everything back. Not thread-safe: one group of the committer uses it.</summary>
/// <remarks>Nodes that share a store run their transactions side by side, and so does each with two of its own. What one read and another changed before it committed
/// is found out by the store at the latest in <see cref="CommitAsync"/>: any call may throw <see cref="StoreConflictException"/>,
/// and the committer then runs the units again on what is there now.</remarks>
public interface IStoreTransaction : IAsyncDisposable
{
    /// <summary>Reads together, in one round trip, what the units of the group have said they will ask for. A hint: whatever was
    /// not read ahead is read when it is asked for.</summary>
    /// <param name="messages">Keys that <see cref="FindMessageAsync"/> will be asked for.</param>
    /// <param name="deliveries">Ids that <see cref="FindDeliveryAsync(long)"/> will be asked for.</param>
    ValueTask PreloadAsync(IReadOnlyCollection<MessageKey> messages, IReadOnlyCollection<long> deliveries) => default;

    /// <summary>Sends ahead what was written so far, as far as it names no entry, and waits for the rows that it needs: what is left is
    /// the seat and what follows it. A hint; called after the last unit, by a group that has to wait for its turn to commit.</summary>
    ValueTask StageAsync() => default;

    /// <summary>Takes the seat of the log's one sequencer until this transaction ends, and says where the log stands: from here on no
    /// other transaction appends. Called once, after the last unit, before <see cref="AppendEntriesAsync"/>.</summary>
    /// <param name="expected">Where the committer believed the log to stand. Entries that this transaction's messages and registry
    /// versions name were counted from its size; when the log stands elsewhere, the store moves them by the difference.</param>
    /// <returns>Where the log stands, with its edge if the store can give it at once; <paramref name="expected"/> itself unless another
    /// node has appended since.</returns>
    ValueTask<LogPlace> TakeSeatAsync(LogPlace expected);

    /// <summary>Commits only while this node holds a duty in a term; see <see cref="INodeStore"/>.</summary>
    /// <exception cref="StoreConflictException">The duty is another node's by now.</exception>
    ValueTask RequireDutyAsync(string duty, long term) => default;

    /// <summary>The version of the registry in force for this transaction: greater than the one a unit was prepared with when another
    /// node has changed the registry since. Null: no other node can.</summary>
    ValueTask<long?> ReadRegistryVersionAsync() => new((long?)null);

    /// <summary>Tells the other nodes, once this is committed, that something became of a message that a caller may wait for.</summary>
    void Tell(MessageKey message)
    {
    }

    /// <summary>A message by key, or null.</summary>
    ValueTask<MessageRecord?> FindMessageAsync(MessageKey key);

    /// <summary>Inserts a message, its octets and its deliveries (their ids are assigned by the store, in order).</summary>
    /// <returns>The ids of the deliveries.</returns>
    ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries);

    /// <summary>Changes until when the reply to a message that is there is waited for (<see cref="MessageRecord.WaitedUntil"/>). Of two
    /// nodes that write it at once, either may be the last.</summary>
    ValueTask WriteWaitAsync(MessageKey request, DateTimeOffset? until);

    /// <summary>Claims due deliveries (queued and due, or claimed with an ended claim) of one recipient, by weighted
    /// priority: of each priority, oldest first, as many as it has turns (<see cref="Delivery.PriorityTurns"/>), and what room is left goes to the most
    /// urgent, then the oldest. They are given in the order of priority, descending, then id. Of deliveries in one lane only the first that blocks it (<see cref="DeliveryRecord.BlocksLane"/>):
    /// the smallest place, then id. Sets state, a fresh claim token, <paramref name="until"/>, and adds one attempt.</summary>
    /// <param name="recipient">The system.</param>
    /// <param name="now">Until when a delivery is due.</param>
    /// <param name="until">When the claim ends by itself.</param>
    /// <param name="limit">Deliveries at most.</param>
    /// <param name="protocolOnly">Only messages of the hub's own protocol (<c>hub.*</c>): all that a closed agency still gets.</param>
    /// <param name="node">The node whose dispatcher claims (<see cref="DeliveryRecord.Node"/>); null for a mailbox, whose claims outlive every node.</param>
    /// <param name="turn">The first of the turns that it takes.</param>
    ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync(
        SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null, int turn = 0);

    /// <summary>Systems that have claimable deliveries at this instant. When there are more than <paramref name="limit"/>, the next
    /// call goes on after the last one, so that none is starved.</summary>
    ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit);

    /// <summary>When the next queued delivery of a system comes due after this instant, by what the store holds now; null: not before another
    /// is queued. Ends of claims need not be told of: polling (<see cref="ListRecipientsDueAsync"/>) finds them.</summary>
    ValueTask<DateTimeOffset?> FindNextDueAsync(SystemAddress recipient, DateTimeOffset now);

    /// <summary>Ends claims that a node's dispatcher holds: the deliveries become queued and due at once. Each gets
    /// the attempt back that its claim counted, as long as it had fewer than <see cref="Delivery.ClaimPolicy.Interruptions"/>
    /// interruptions; that count grows by one.
    /// For a node that starts again, and for one that is dead; a mailbox's claims are nobody's and stay.</summary>
    /// <param name="node">The node (<see cref="DeliveryRecord.Node"/>).</param>
    /// <param name="now">The instant.</param>
    /// <param name="limit">Claims at most; call again while as many were released.</param>
    /// <param name="except">Ids of deliveries whose claims somebody still holds; null: none.</param>
    /// <returns>The system of each that was released.</returns>
    ValueTask<IReadOnlyList<SystemAddress>> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit, IReadOnlyCollection<long>? except = null);

    /// <summary>One delivery, or null.</summary>
    ValueTask<DeliveryRecord?> FindDeliveryAsync(long id);

    /// <summary>The delivery while it has this claim, or null. A store that nodes share may tell it as this node last wrote it: who goes
    /// by it writes the delivery, and hears of another's change as a conflict.</summary>
    async ValueTask<DeliveryRecord?> FindHeldAsync(long id, string claim) =>
        await FindDeliveryAsync(id) is { } delivery && delivery.Claim == claim ? delivery : null;

    /// <summary>The delivery that holds a claim token made by <see cref="ClaimAsync"/>, or null.</summary>
    ValueTask<DeliveryRecord?> FindClaimAsync(string claim);

    /// <summary>The delivery of a message to a system, of which there is at most one, or null.</summary>
    ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient);

    /// <summary>Adds a delivery to a message that was accepted before; the message has none to this recipient yet.</summary>
    /// <returns>Its id.</returns>
    ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery);

    /// <summary>Writes back a changed delivery (all columns but id, message, recipient).</summary>
    ValueTask UpdateDeliveryAsync(DeliveryRecord delivery);

    /// <summary>Queued or claim-ended deliveries whose message has expired at this instant.</summary>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit);

    /// <summary>Erases octets, subject, the words (not the codes) of its deliveries' failures and answers, and the bodies and
    /// salts of a message's entries; headers and hashes stay. Its uploads become <see cref="ListErasedUploadsAsync"/>.</summary>
    ValueTask EraseAsync(MessageKey key, DateTimeOffset at);

    /// <summary>Whether an unerased message of its owner names this upload.</summary>
    ValueTask<bool> IsUploadNamedAsync(UploadName upload);

    /// <summary>Uploads that only erased messages of their owner name: their content must go. They are listed until
    /// <see cref="ForgetErasedUploadAsync"/>, so that a crash in between forgets none.</summary>
    ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit);

    /// <summary>The content of this upload is gone: what erased messages named it is no longer kept.</summary>
    ValueTask ForgetErasedUploadAsync(UploadName upload);

    /// <summary>Appends entries, which have consecutive indexes from the log's size on.</summary>
    ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries);

    /// <summary>Writes a tile, whole (a partial tile is overwritten by its longer self).</summary>
    ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes);

    /// <summary>Writes the checkpoint of a tree size.</summary>
    ValueTask WriteCheckpointAsync(long size, string note);

    /// <summary>Writes one change of the registry: its objects are in force from its version on; earlier versions stay.</summary>
    /// <exception cref="InvalidOperationException">The version does not follow the newest one. The first is 1; on a hub from before
    /// it is that of its document, or the next.</exception>
    ValueTask WriteRegistryAsync(RegistryVersion version);

    /// <summary>A proposal, own writes included; or null.</summary>
    ValueTask<ProposalRecord?> FindProposalAsync(string id);

    /// <summary>Writes a proposal, new or changed.</summary>
    ValueTask WriteProposalAsync(ProposalRecord proposal);

    /// <summary>A value of an app's own state, own writes included.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key);

    /// <summary>Writes (or with null removes) a value of an app's own state.</summary>
    ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value);

    /// <summary>Makes everything durable: bodies are synced before rows that refer to them.</summary>
    ValueTask CommitAsync();
}
