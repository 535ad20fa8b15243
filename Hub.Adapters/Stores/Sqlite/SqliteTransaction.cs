using Hub.Adapters.Stores.Bodies;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>The one write transaction. Everything runs on the caller's thread; see <see cref="SqliteHubStore"/> for what a
/// failure means.</summary>
internal sealed class SqliteTransaction(SqliteHubStore store, SqliteSession session, BodyWriter bodies) : IStoreTransaction
{
    private readonly Counts _counts = new();
    private readonly List<(long Number, string Text)> _newNames = [];
    private readonly Dictionary<MessageKey, long> _newMessages = [];
    private bool _erased;
    private bool _ended;

    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key) => new(session.FindMessage(key));

    public ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries)
    {
        Span<byte> key = stackalloc byte[Digests.Bytes], sha256 = stackalloc byte[Digests.Bytes], content = stackalloc byte[Digests.Bytes];
        Span<byte> inReplyTo = stackalloc byte[Digests.Bytes], bodyKey = stackalloc byte[KeyWrap.WrappedBytes];
        Digests.Read(message.Key.Value, key);
        var sender = NumberOf(message.From.ToString());
        var type = NumberOf(message.Type.ToString());
        var assurance = NumberOf(message.Assurance);
        var body = Append(key, octets.Span, bodyKey);
        var insert = Change(SqliteSql.InsertMessage)
            .Bind(key).Bind(message.Id).Bind(sender).Bind(type).Bind((long)message.Encoding).Bind(message.Size)
            .Bind(Digests.Read(message.Sha256, sha256)).Bind(Digests.Read(message.ContentDigest, content)).Bind(assurance)
            .Bind(message.Created).Bind(message.Accepted).Bind(message.NotBefore).Bind(message.Expires)
            .Bind((long)message.Priority).Bind(message.Conversation).Bind(message.Sequence);
        _ = message.InReplyTo is { } answered ? insert.Bind(Digests.Read(answered.Value, inReplyTo)) : insert.BindNull();
        insert.Bind(message.Subject).Bind(Digests.ReadMany(message.Uploads)).Bind(message.Entry).Bind(message.Erased).Bind(message.WaitedUntil)
            .Bind((long)body.Segment).Bind(body.Offset).Bind((long)body.Length).Bind(bodyKey).Run();
        var number = session.LastInsertedRow;
        _newMessages.Add(message.Key, number);
        MessageUploads.Insert(Change, sender, number, message.Uploads);

        var ids = new long[deliveries.Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = Insert(deliveries[i], message, number);
        return new(ids);
    }

    public ValueTask<LogPlace> TakeSeatAsync(LogPlace expected) => new(expected);

    public ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync(
        SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null, int turn = 0)
    {
        store.EnsureOpen();
        return new(session.NameId(recipient.ToString()) is { } number ? Claims.Take(session, _counts, number, new ClaimRequest(now, until, limit, protocolOnly, node, turn)) : []);
    }

    public ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit) =>
        new(store.DueRecipients.List(session, now, limit));

    public ValueTask<DateTimeOffset?> FindNextDueAsync(SystemAddress recipient, DateTimeOffset now) =>
        new(session.NameId(recipient.ToString()) is { } number ? DueRecipients.NextDue(session, number, now) : null);

    public ValueTask<IReadOnlyList<SystemAddress>> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit, IReadOnlyCollection<long>? except = null)
    {
        store.EnsureOpen();
        return new(Claims.Release(session, _counts, node, now, limit, except ?? []));
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id) => new(session.FindDelivery(id));

    public ValueTask<DeliveryRecord?> FindClaimAsync(string claim)
    {
        var delivery = ClaimToken.TryRead(claim, out var id) ? session.FindDelivery(id) : null;
        return new(delivery is not null && ClaimToken.AreSame(claim, delivery.Claim) ? delivery : null);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient) => new(session.FindDelivery(message, recipient));

    public ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery)
    {
        var number = MessageNumber(message.Key) ?? throw new InvalidOperationException($"There is no message {message.Key} to deliver.");
        return new(Insert(delivery, message, number));
    }

    public ValueTask UpdateDeliveryAsync(DeliveryRecord delivery)
    {
        var before = session.Use(SqliteSql.DeliveryState).Bind(delivery.Id).Scalar()
            ?? throw new InvalidOperationException($"There is no delivery {delivery.Id} to update.");
        _counts.Move((DeliveryState)before, delivery.State);
        BindState(Change(SqliteSql.UpdateDelivery), delivery, NumberOf(delivery.Why), delivery.Changed).Bind(delivery.Id).Run();
        if (delivery.Lane is { } lane) Lanes.Settle(session, NumberOf(delivery.Recipient.ToString()), lane, delivery.Changed);
        return default;
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit) =>
        new(session.All(session.Use(SqliteSql.Expired).Bind(now).Bind(limit)));

    public ValueTask WriteWaitAsync(MessageKey request, DateTimeOffset? until)
    {
        Span<byte> key = stackalloc byte[Digests.Bytes];
        Change(SqliteSql.WriteWait).Bind(until).Bind(Digests.Read(request.Value, key)).Run();
        return default;
    }

    public ValueTask EraseAsync(MessageKey key, DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[Digests.Bytes];
        Digests.Read(key.Value, bytes);
        if (MessageNumber(key) is { } number)
        {
            MessageUploads.Erase(session, Change, session.FindMessage(key)!, number);
            Change(SqliteSql.EraseMessage).Bind(at).Bind(number).Run();
            Change(SqliteSql.EraseDeliveries).Bind(number).Run();
            Change(SqliteSql.EraseEntries).Bind(number).Run();
        }

        Change(SqliteSql.EraseEntriesOfKey).Bind(bytes).Run();
        _erased = true;
        return default;
    }

    public ValueTask<bool> IsUploadNamedAsync(UploadName upload) => new(MessageUploads.IsNamed(session, upload));

    public ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit) => new(MessageUploads.Erased(session, limit));

    public ValueTask ForgetErasedUploadAsync(UploadName upload)
    {
        MessageUploads.Forget(session, Change, upload);
        return default;
    }

    public ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries)
    {
        if (entries.Count == 0) return default;
        var size = session.Use(SqliteSql.LogSize).Scalar() ?? 0;
        Span<byte> orphan = stackalloc byte[Digests.Bytes];
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Index != size + i)
                throw new InvalidOperationException($"Entry {entry.Index} cannot be appended: the log has {size + i} entries.");
            var named = EntryKey.TryFind(entry.Header.Span, out var key);
            var number = named ? MessageNumber(key) : null;
            var insert = Change(SqliteSql.InsertEntry).Bind(entry.Index).Bind(number);
            _ = named && number is null ? insert.Bind(Digests.Read(key.Value, orphan)) : insert.BindNull();
            insert.Bind(entry.Header.Span).Bind(entry.Salt).Bind(entry.Body).Run();
        }

        return default;
    }

    public ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes)
    {
        Change(SqliteSql.WriteTile).Bind(SqliteSession.TilePlace(level, index)).Bind(hashes.Span).Run();
        return default;
    }

    public ValueTask WriteCheckpointAsync(long size, string note)
    {
        Change(SqliteSql.WriteCheckpoint).Bind(size).Bind(note).Run();
        return default;
    }

    public ValueTask WriteRegistryAsync(RegistryVersion version)
    {
        RegistryRows.Write(session, Change, version);
        return default;
    }

    public ValueTask<ProposalRecord?> FindProposalAsync(string id) => new(ProposalRows.Find(session, id));

    public ValueTask WriteProposalAsync(ProposalRecord proposal)
    {
        ProposalRows.Write(Change, proposal);
        return default;
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key) => new(session.ReadAppState(app, key));

    public ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value)
    {
        var number = NumberOf(app.ToString());
        if (value is { } present) Change(SqliteSql.WriteAppState).Bind(number).Bind(key).Bind(present.Span).Run();
        else Change(SqliteSql.RemoveAppState).Bind(number).Bind(key).Run();
        return default;
    }

    public ValueTask CommitAsync()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        store.Commit(_counts);
        _ended = true;
        store.Committed(_newNames, _erased);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        if (_ended) return default;
        _ended = true;
        store.RollBack();
        return default;
    }

    /// <summary>A statement that writes: never outside the transaction.</summary>
    private Statement Change(string sql)
    {
        store.EnsureOpen();
        return session.Use(sql);
    }

    private BodyLocation Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> octets, Span<byte> bodyKey)
    {
        try
        {
            return bodies.Append(key, octets, bodyKey);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new StoreFailedException($"A body could not be written: {failed.Message}", failed);
        }
    }

    private long Insert(DeliveryRecord delivery, MessageRecord message, long number)
    {
        var recipient = NumberOf(delivery.Recipient.ToString());
        var why = NumberOf(delivery.Why);
        var insert = Change(SqliteSql.InsertDelivery)
            .Bind(number).Bind(recipient).Bind(message.Accepted).Bind(Claims.RankOf(message.Priority)).Bind(message.Expires);
        BindState(insert, delivery, why, delivery.Changed).Run();
        var id = session.LastInsertedRow;
        _counts.Add(delivery.State);
        if (delivery.Lane is { } lane) Lanes.Settle(session, recipient, lane, delivery.Changed);
        return id;
    }

    private static Statement BindState(Statement statement, DeliveryRecord delivery, long why, DateTimeOffset now)
    {
        DateTimeOffset? wake = delivery.State switch
        {
            DeliveryState.Queued => delivery.Due,
            DeliveryState.Claimed => delivery.ClaimedUntil ?? delivery.Due,
            _ => null,
        };
        long? ready = wake is null ? null : delivery.Lane is not null ? Lanes.Behind : wake <= now ? 1 : 0;
        statement
            .Bind((long)delivery.Role).Bind(why).Bind((long)delivery.State).Bind(ready).Bind(wake).Bind(delivery.Due)
            .Bind((long)delivery.Attempts).Bind((long)delivery.Interruptions).Bind((long)delivery.Replays).Bind(delivery.Claim).Bind(delivery.ClaimedUntil).Bind(delivery.State == DeliveryState.Claimed ? (long?)delivery.Node : null)
            .Bind(delivery.LastProblem).Bind(delivery.LastDetail).Bind(delivery.DeliveredAt).Bind(delivery.Status).Bind(delivery.Reason)
            .Bind(delivery.Outcome).Bind(delivery.AssertedBy).Bind((long)delivery.Answers);
        _ = delivery.Answer is { } answer ? statement.Bind(Digests.Read(answer.Value, stackalloc byte[Digests.Bytes])) : statement.BindNull();
        return statement.Bind(delivery.Since)
            .Bind(delivery.Lane).Bind(delivery.LanePlace).Bind(delivery.HoldsLane ? 1 : 0).Bind(delivery.BlocksLane ? 1 : 0).Bind(delivery.Changed);
    }

    private long? MessageNumber(MessageKey key) => _newMessages.TryGetValue(key, out var number)
        ? number
        : session.Use(SqliteSql.MessageNumber).Bind(Digests.Read(key.Value, stackalloc byte[Digests.Bytes])).Scalar();

    private long NumberOf(string text)
    {
        if (session.NameId(text) is { } known) return known;
        Change(SqliteSql.InsertName).Bind(text).Run();
        var number = session.LastInsertedRow;
        _newNames.Add((number, text));
        return number;
    }
}
