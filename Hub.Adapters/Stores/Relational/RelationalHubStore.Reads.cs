using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// Reads of committed messages, deliveries and the log. Lists and counts may come from a replica, which may be a little behind; all
// that a decision rests on comes from the primary.
public abstract partial class RelationalHubStore
{
    private const int MaxPage = 1000;
    private const int FewEntries = 16;

    /// <summary>Rows that one page of a list looks at, before it ends where it is; for messages that a system sent or receives, twice.</summary>
    internal int MostScanned { get; init; } = 20_000;

    private ReadSql Sql => Dialect.Reads;

    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.Short, session => session.Use(Sql.FindMessage).With("key", Bytes(key)).FirstAsync(Rows.Message), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindReplyAsync(MessageKey request, MessageType type, DateTimeOffset now, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => session.Use(Sql.FindReply).With("key", Bytes(request)).With("type", type.Value).With("now", now.ToUniversalTime()).FirstAsync(Rows.Message),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> CountRepliesAsync(MessageKey request, SystemAddress from, int most, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => session.Use(Sql.CountReplies).With("key", Bytes(request)).With("sender", from.ToString()).With("most", most).FirstAsync(static row => row.GetInt32(0)),
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>internal-error</c>: the body is damaged, or was sealed with another data key.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadOctetsAsync(MessageKey key, CancellationToken cancellationToken = default)
    {
        var bytes = Bytes(key);
        var found = await ReadAsync(
            ReadKind.Short,
            session => session.Use(Sql.FindBody).With("key", bytes).FirstAsync(static row => new SealedOctets(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1))),
            cancellationToken);
        if (found is null) return null;
        return SealedOctets.Open(DataKey.Span, bytes, found.DataKey, found.Record)
            ?? throw ProblemCode.InternalError.With($"The body of {key} in the database cannot be opened: it is damaged, or keys/data.key is not the one it was sealed with. Restore it from a backup.");
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(IReadOnlyCollection<MessageKey> keys, long mostOctets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var found = await ReadAsync(
            ReadKind.Short,
            session => session.Use(Sql.ReadMessages).With("keys", keys.Select(Bytes).ToArray()).With("octets", mostOctets).ListAsync(static row => (
                Message: Rows.Message(row),
                DataKey: row.IsDBNull(Rows.MessageWidth) ? null : row.GetFieldValue<byte[]>(Rows.MessageWidth),
                Record: row.IsDBNull(Rows.MessageWidth + 1) ? null : row.GetFieldValue<byte[]>(Rows.MessageWidth + 1))),
            cancellationToken);
        return found.ConvertAll(read => new StoredMessage(
            read.Message,
            read.Record is { } record && SealedOctets.Open(DataKey.Span, Bytes(read.Message.Key), read.DataKey, record) is { } octets ? octets : (ReadOnlyMemory<byte>?)null));
    }

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<MessageRecord>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        CheckLimit(query.Limit);
        return ReadAsync(ReadKind.Search, session => MessageList.ReadAsync(session, Sql, query, MostScanned), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        ListAsync(ReadKind.Short, session => session.Use(Sql.DeliveriesOfMessage).With("key", Bytes(key)).ListAsync(Rows.Delivery), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.Short, session => session.Use(Sql.FindDelivery).With("id", id).FirstAsync(Rows.Delivery), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(DeliveryState state, SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return ReadAsync(ReadKind.Search, session => DeliveryList.ReadAsync(session, Sql, state, recipient, cursor, limit, MostScanned), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<DeadGroup>> ListDeadGroupsAsync(SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return ReadAsync(ReadKind.Search, session => DeadGroupList.ReadAsync(session, Sql, recipient, cursor, limit), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasDeadAsync(SystemAddress recipient, string problem, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => session.Use(Sql.HasDead).With("recipient", recipient.ToString()).With("problem", problem).FirstAsync(static _ => true),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SystemAddress>> ListUnfinishedRecipientsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(ReadKind.List, session => session.Use(Sql.UnfinishedRecipients).ListAsync(static row => Names.System(row.GetString(0))), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<SystemAddress, long>>> ListBacklogsAsync(long floor, CancellationToken cancellationToken = default) => ListAsync(
        ReadKind.List,
        session => session.Use(Sql.Backlogs).With("floor", floor).ListAsync(static row => KeyValuePair.Create(Names.System(row.GetString(0)), row.GetInt64(1))),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListUntakenAsync(SystemAddress recipient, DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default) => ListAsync(
        ReadKind.List,
        session => session.Use(Sql.Untaken).With("recipient", recipient.ToString()).With("now", now.ToUniversalTime()).With("after", after).With("limit", limit).ListAsync(Rows.Delivery),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> IsUploadNamedAsync(UploadName upload, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => session.Use(Sql.IsUploadNamed).With("owner", upload.Owner.ToString()).With("sha256", Convert.FromHexString(upload.Sha256)).FirstAsync(static _ => true),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        ListAsync(ReadKind.Short, session => session.Use(Sql.EntriesOfMessage).With("key", Bytes(key)).ListAsync(Rows.Entry), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(long first, int count, CancellationToken cancellationToken = default) => ListAsync(
        count <= FewEntries ? ReadKind.Short : ReadKind.List,
        session => session.Use(Sql.Entries).With("first", first).With("count", Math.Max(0, count)).ListAsync(Rows.Entry),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> FindCheckpointAsync(long? entry = null, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => (entry is { } index ? session.Use(Sql.CheckpointOver).With("entry", index) : session.Use(Sql.NewestCheckpoint)).FirstAsync(static row => row.GetString(0)),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadTileAsync(int level, long index, CancellationToken cancellationToken = default) =>
        (await ReadTilesAsync([(level, index)], cancellationToken))[0];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<(int Level, long Index)> tiles, CancellationToken cancellationToken = default) =>
        tiles.Count == 0 ? new([]) : ReadAsync(ReadKind.Short, session => TileRead.ReadAsync(session, Sql, tiles), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key, CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        session => session.Use(Sql.AppState).With("app", app.ToString()).With("key", StoredText.Of(key)).FirstAsync(static row => Rows.Bytes(row, 0)),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> ListAppStateAsync(SystemAddress app, string prefix, int limit, CancellationToken cancellationToken = default) => ListAsync(
        ReadKind.Short,
        session => session.Use(Sql.AppStates).With("app", app.ToString()).With("prefix", StoredText.Of(prefix)).With("limit", limit)
            .ListAsync(static row => new KeyValuePair<string, ReadOnlyMemory<byte>>(row.GetString(0), row.GetFieldValue<byte[]>(1))),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueStatistics>> ReadQueuesAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default) => ListAsync(
        ReadKind.List,
        session => session.Use(Sql.Queues).With("now", now.ToUniversalTime()).With("most", most)
            .ListAsync(static row => new QueueStatistics(Names.System(row.GetString(0)), row.GetInt64(1), row.IsDBNull(2) ? null : Rows.Time(row, 2))),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreStatistics> ReadStatisticsAsync(CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Search,
        async session =>
        {
            var counts = (await session.Use(Sql.Counts).ListAsync(static row => (State: row.GetInt16(0), Count: row.GetInt64(1)))).ToDictionary(static c => (int)c.State, static c => c.Count);
            var oldest = await session.Use(Sql.OldestQueued).FirstAsync(static row => (DateTimeOffset?)Rows.Time(row, 0));
            return new StoreStatistics(
                counts.GetValueOrDefault(CountRows.Messages), Enum.GetValues<DeliveryState>().ToDictionary(static s => s, s => counts.GetValueOrDefault((int)s)), oldest);
        },
        cancellationToken);

    private static byte[] Bytes(MessageKey key) => Convert.FromHexString(key.Value);

    private static void CheckLimit(int limit)
    {
        if (limit is < 1 or > MaxPage) throw ProblemCode.InvalidRequest.With($"A page has 1 to {MaxPage} rows, not {limit}.");
    }

    private ValueTask<IReadOnlyList<T>> ListAsync<T>(ReadKind kind, Func<ReadSession, ValueTask<List<T>>> read, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<T>>(kind, async session => await read(session), cancellationToken);
}
