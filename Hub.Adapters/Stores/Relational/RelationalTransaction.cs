using System.Data.Common;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>The write transaction of one node. Units run in memory: what they read was read ahead, what they write is staged and sent in
/// one go (<see cref="Flush"/>) before the seat of the log is taken, or before a statement that must see it.</summary>
/// <remarks>Conflicts are found by the database: a delivery is changed only at the rev it was read at, a key is inserted once, the state
/// of an app is one transaction's at a time, and the seat of the log is a lock on its row.</remarks>
internal sealed partial class RelationalTransaction(RelationalHubStore store, DbConnection connection) : IStoreTransaction
{
    private readonly WriteSql _sql = store.Dialect.Writes;
    private readonly IdBlocks _ids = new();
    private readonly Dictionary<MessageKey, MessageRecord?> _messages = [];
    private readonly Dictionary<MessageKey, long> _numbers = [];
    private readonly Dictionary<long, TrackedDelivery> _deliveries = [];
    private readonly Dictionary<(MessageKey, SystemAddress), TrackedDelivery> _byRecipient = [];
    private readonly List<TrackedDelivery> _newDeliveries = [];
    private readonly List<TrackedDelivery> _changedDeliveries = [];
    private readonly Dictionary<(SystemAddress, DateTimeOffset), DateTimeOffset?> _nextDue = [];
    private readonly CountRows _counts = new();
    private List<long>? _unread;
    private int _idsTaken;
    private long? _registryVersion;
    private bool _registryRead;

    public async ValueTask PreloadAsync(IReadOnlyCollection<MessageKey> messages, IReadOnlyCollection<long> deliveries)
    {
        var batch = NewBatch();
        if (messages.Count > 0)
        {
            AskForIds(batch, store.IdsWanted);
            AskForMessages(batch, messages);
        }

        var unknown = deliveries.Count > 0 ? store.Held.Missing(deliveries) : [];
        if (unknown.Length > 0) batch.Query(_sql.FindDeliveries, Track).With("ids", unknown);
        AskForRegistryVersion(batch);
        await SendAsync(batch);
    }

    public async ValueTask<MessageRecord?> FindMessageAsync(MessageKey key)
    {
        if (_messages.TryGetValue(key, out var known)) return known;
        var batch = NewBatch();
        AskForMessages(batch, [key]);
        await SendAsync(batch);
        return _messages[key];
    }

    public async ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries)
    {
        if (_messages.GetValueOrDefault(message.Key) is not null) throw new InvalidOperationException($"The message {message.Key} is there already.");
        await EnsureIdsAsync(1 + deliveries.Count);
        var key = Convert.FromHexString(message.Key.Value);
        var number = TakeId();
        _newMessages.Add(number, key, message);
        _newKeys.Add((key, number));
        _newBodies.Add(number, SealedOctets.Seal(store.DataKey.Span, key, octets.Span));
        _newUploads.Add(number, message);
        _messages[message.Key] = message;
        _numbers[message.Key] = number;
        _unsentMessages.Add(number);
        _counts.AddMessage();
        var origin = OriginOf(message, key);
        var ids = new long[deliveries.Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = Insert(deliveries[i], message, number, origin);
        return ids;
    }

    public async ValueTask<DeliveryRecord?> FindDeliveryAsync(long id) => (await TrackedAsync(id))?.Record;

    public async ValueTask<DeliveryRecord?> FindHeldAsync(long id, string claim)
    {
        if (!_deliveries.ContainsKey(id) && store.Held.Find(id) is { } held && held.Record.Claim == claim)
        {
            (_unread ??= []).Add(id);
            Track(Tracked(held));
        }

        return await FindDeliveryAsync(id) is { } delivery && delivery.Claim == claim ? delivery : null;
    }

    public async ValueTask<DeliveryRecord?> FindClaimAsync(string claim)
    {
        var delivery = ClaimToken.TryRead(claim, out var id) ? await FindDeliveryAsync(id) : null;
        return delivery is not null && ClaimToken.AreSame(claim, delivery.Claim) ? delivery : null;
    }

    public async ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient)
    {
        if (_byRecipient.TryGetValue((message, recipient), out var known)) return known.Record;
        TrackedDelivery? found = null;
        var batch = NewBatch();
        batch.Query(_sql.FindDeliveryOfMessage, row => found = Tracked(row)).With("key", Convert.FromHexString(message.Value)).With("recipient", recipient.ToString());
        await SendAsync(batch);
        return found?.Record;
    }

    public async ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery)
    {
        if (await NumberAsync(message.Key) is not { } number) throw new InvalidOperationException($"There is no message {message.Key} to deliver.");
        await EnsureIdsAsync(1);
        return Insert(delivery, message, number, OriginOf(message, Convert.FromHexString(message.Key.Value)));
    }

    public async ValueTask UpdateDeliveryAsync(DeliveryRecord delivery)
    {
        var known = await TrackedAsync(delivery.Id) ?? throw new InvalidOperationException($"There is no delivery {delivery.Id} to update.");
        _nextDue.Clear();
        _counts.Move(known.Record.State, delivery.State);
        if (delivery.State == DeliveryState.Queued && known.Record.State != DeliveryState.Queued && delivery.Due <= delivery.Changed) Wake(delivery.Recipient);
        if (known.Record.BlocksLane != delivery.BlocksLane) MoveLane(delivery);
        known.Record = delivery.State == DeliveryState.Claimed ? delivery : delivery with { Node = null };
        if (known.IsStaged) return;
        known.IsStaged = true;
        _changedDeliveries.Add(known);
    }

    public async ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync(
        SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null, int turn = 0)
    {
        var batch = NewBatch();
        Flush(batch);
        var claimed = new List<TrackedDelivery>();
        batch.Change(_sql.Promote).With("recipient", recipient.ToString()).With("now", now.ToUniversalTime()).With("limit", MaxPromoted);
        batch.Query(_sql.Claim, row =>
            {
                var delivery = Rows.Stored(row);
                _counts.Move((DeliveryState)row.GetInt16(Rows.DeliveryWidth), DeliveryState.Claimed);
                claimed.Add(Tracked(delivery));
            })
            .With("recipient", recipient.ToString()).With("now", now.ToUniversalTime()).With("until", until.ToUniversalTime())
            .With("node", node).With("protocol", protocolOnly).With("limit", limit)
            .With("share0", PriorityTurns.ShareOf(4, turn, limit)).With("share1", PriorityTurns.ShareOf(3, turn, limit))
            .With("share2", PriorityTurns.ShareOf(2, turn, limit)).With("share3", PriorityTurns.ShareOf(1, turn, limit))
            .With("share4", PriorityTurns.ShareOf(0, turn, limit));
        // A dispatcher that gets fewer than it asked for wants to know.
        if (node is not null) AskForNextDue(batch, recipient, now);
        await SendAsync(batch);
        foreach (var delivery in claimed)
        {
            delivery.IsWritten = true;
            Track(delivery);
        }

        claimed.Sort(static (a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : a.Record.Id.CompareTo(b.Record.Id));
        return claimed.ConvertAll(static d => d.Record);
    }

    public async ValueTask<DateTimeOffset?> FindNextDueAsync(SystemAddress recipient, DateTimeOffset now)
    {
        if (_nextDue.Remove((recipient, now), out var known)) return known;
        var batch = NewBatch();
        Flush(batch);
        AskForNextDue(batch, recipient, now);
        await SendAsync(batch);
        _nextDue.Remove((recipient, now), out var found);
        return found;
    }

    private void AskForNextDue(WriterBatch batch, SystemAddress recipient, DateTimeOffset now)
    {
        _nextDue[(recipient, now)] = null;
        batch.Query(_sql.NextDue, row => _nextDue[(recipient, now)] = Rows.NullableTime(row, 0)).With("recipient", recipient.ToString()).With("now", now.ToUniversalTime());
    }

    public async ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit)
    {
        var found = new List<SystemAddress>();
        var start = store.LastDue ?? "";
        var last = await WalkAsync(start, null);
        if (last is null && start.Length > 0) last = await WalkAsync("", start);
        store.LastDue = last;
        return found;

        // The last system when the page is full, otherwise null.
        async ValueTask<string?> WalkAsync(string after, string? until)
        {
            if (found.Count == limit) return after;
            var batch = NewBatch();
            Flush(batch);
            if (until is null) LookForStrandedLanes(batch);
            batch.Query(_sql.RecipientsDue, row => found.Add(Names.System(row.GetString(0))))
                .With("after", after).With("until", until).With("now", now.ToUniversalTime()).With("limit", limit - found.Count);
            await SendAsync(batch);
            return found.Count == limit ? found[^1].ToString() : null;
        }
    }

    public async ValueTask<IReadOnlyList<SystemAddress>> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit, IReadOnlyCollection<long>? except = null)
    {
        if (_node is { } own && node != own && await IsAliveAsync(node)) return [];
        var released = new List<SystemAddress>();
        var batch = NewBatch();
        Flush(batch);
        batch.Change(_sql.ReleaseClaims, row => released.Add(Names.System(row.GetString(0))))
            .With("node", node).With("now", now.ToUniversalTime()).With("interruptions", ClaimPolicy.Interruptions).With("limit", limit).With("except", except?.ToArray() ?? []);
        await SendAsync(batch);
        ForgetDeliveries();
        foreach (var recipient in released) Wake(recipient);
        _counts.Move(DeliveryState.Claimed, DeliveryState.Queued, released.Count);
        return released;
    }

    // Dead when the last beat was made, it may have joined again since: what it claimed then is its own.
    private async ValueTask<bool> IsAliveAsync(int node)
    {
        var lives = false;
        var batch = NewBatch();
        batch.Query(store.Dialect.Nodes.List, row => lives |= row.GetInt32(0) == node && row.GetBoolean(row.FieldCount - 1));
        await SendAsync(batch);
        return lives;
    }

    public async ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit)
    {
        var found = new List<DeliveryRecord>();
        var batch = NewBatch();
        Flush(batch);
        batch.Query(_sql.Expired, row => found.Add(Tracked(row).Record)).With("now", now.ToUniversalTime()).With("limit", limit);
        await SendAsync(batch);
        return found;
    }

    public async ValueTask<long?> ReadRegistryVersionAsync()
    {
        _registryRead = true;
        return _newVersions is { Count: > 0 } ? _newVersions[^1].Version : await NewestVersionAsync() ?? 0;
    }

    private static DeliveryOrigin OriginOf(MessageRecord message, byte[] key) =>
        new(key, message.Accepted.ToUniversalTime(), RegistrySnapshot.IsProtocol(message.Type), message.Expires?.ToUniversalTime());

    private long Insert(DeliveryRecord delivery, MessageRecord message, long number, DeliveryOrigin origin)
    {
        _nextDue.Clear();
        var id = TakeId();
        var record = delivery with { Id = id, Message = message.Key, Node = delivery.State == DeliveryState.Claimed ? delivery.Node : null };
        var added = new TrackedDelivery { Record = record, Number = number, Rank = RankOf(message.Priority), IsStaged = true, Origin = origin };
        _deliveries.Add(id, added);
        _byRecipient[(record.Message, record.Recipient)] = added;
        _newDeliveries.Add(added);
        _counts.Add(delivery.State);
        if (delivery.State == DeliveryState.Queued) Wake(delivery.Recipient);
        if (record.BlocksLane) MoveLane(record);
        return id;
    }

    private async ValueTask<TrackedDelivery?> TrackedAsync(long id)
    {
        if (_deliveries.TryGetValue(id, out var known)) return known;
        var batch = NewBatch();
        batch.Query(_sql.FindDeliveries, Track).With("ids", new[] { id });
        await SendAsync(batch);
        return _deliveries.GetValueOrDefault(id);
    }

    private async ValueTask<long?> NumberAsync(MessageKey key)
    {
        if (!_numbers.ContainsKey(key)) await FindMessageAsync(key);
        return _numbers.TryGetValue(key, out var number) ? number : null;
    }

    private async ValueTask<long?> NewestVersionAsync()
    {
        if (_registryVersion is { } known) return known == 0 ? null : known;
        var batch = NewBatch();
        AskForRegistryVersion(batch);
        await SendAsync(batch);
        return _registryVersion == 0 ? null : _registryVersion;
    }

    private void AskForRegistryVersion(WriterBatch batch) => batch.Query(_sql.RegistryVersion, row => _registryVersion = row.IsDBNull(0) ? 0 : row.GetInt64(0));

    private void AskForMessages(WriterBatch batch, IReadOnlyCollection<MessageKey> keys)
    {
        var bytes = new byte[keys.Count][];
        var next = 0;
        foreach (var key in keys)
        {
            bytes[next++] = Convert.FromHexString(key.Value);
            _messages.TryAdd(key, null);
        }

        batch.Query(_sql.FindMessages, row =>
        {
            var message = Rows.Message(row);
            _messages[message.Key] = message;
            _numbers[message.Key] = row.GetInt64(0);
        }).With("keys", bytes);
    }

    private void AskForIds(WriterBatch batch, int ids)
    {
        var blocks = IdBlocks.BlocksFor(ids);
        batch.Query(_sql.TakeIds, row => _ids.Add(row.GetInt64(0))).With("blocks", blocks);
    }

    private async ValueTask EnsureIdsAsync(int ids)
    {
        if (_ids.Left >= ids) return;
        var batch = NewBatch();
        AskForIds(batch, Math.Max(ids, store.IdsWanted));
        await SendAsync(batch);
    }

    private long TakeId()
    {
        _idsTaken++;
        return _ids.Take();
    }

    private void Track(DbDataReader row) => Tracked(row);

    // What is known already is newer than what was read.
    private TrackedDelivery Tracked(DbDataReader row)
    {
        var id = row.GetInt64(0);
        if (_deliveries.TryGetValue(id, out var known)) return known;
        var read = Tracked(Rows.Stored(row));
        Track(read);
        return read;
    }

    private static TrackedDelivery Tracked(StoredDelivery read) => new() { Record = read.Record, Number = read.Number, Rank = read.Rank, Rev = read.Rev };

    private void Track(TrackedDelivery read)
    {
        _deliveries[read.Record.Id] = read;
        _byRecipient[(read.Record.Message, read.Record.Recipient)] = read;
        _numbers.TryAdd(read.Record.Message, read.Number);
    }

    private void ForgetDeliveries()
    {
        _deliveries.Clear();
        _byRecipient.Clear();
        store.Held.Clear();
    }
}
