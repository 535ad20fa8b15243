using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>The embedded store: <c>hub.db</c> (SQLite, WAL) for rows and <c>bodies/</c> (append-only segments) for messages'
/// octets. One process at a time. Reads are concurrent; the write transaction is the caller's one.</summary>
/// <remarks>
/// <para>Failure policy. A commit syncs the group's bodies first, then the rows (<c>synchronous=FULL</c>): a row never refers
/// to a body that is not durable. A crash at any point leaves the last commit whole and at most an unreferenced tail of bodies,
/// which <see cref="OpenAsync"/> cuts. Bodies shorter than the rows say refuse to open: that is a mixed backup or a lost disk.</para>
/// <para>A full disk rolls the group back and is <c>unavailable</c>; the store works on once there is room. After any other
/// failure to write or sync it is unknown what the disk holds, so every later transaction is <c>unavailable</c> until the hub
/// is started again. A failure in the middle of a transaction is a <see cref="StoreFailedException"/>. A damaged body is never returned; see <see cref="BodyReader"/>.</para>
/// <para>Erasing a message removes its wrapped data key (zeroed in its page, and cut from the WAL soon after), so the octets
/// that remain in a segment, here and in backups of segments, can no longer be read by anyone.</para>
/// </remarks>
public sealed partial class SqliteHubStore : IHubStore
{
    private const int FewEntries = 2; // What a receipt and the log's head need.
    private readonly string _folder;
    private readonly IHubKeys _keys;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly NameTable _names = new();
    private readonly ReadPool _readers;
    private SegmentFolder? _segments;
    private BodyWriter? _bodies;
    private BodyReader? _bodyReader;
    private SqliteSession? _writer;
    private WalKeeper? _wal;
    private volatile string? _failed;
    private bool _writing;
    private bool _disposed;
    private LogHeadFile? _head;
    private ITimer? _headTimer;

    /// <summary>A store in the data folder of the settings; <see cref="OpenAsync"/> makes or opens its files.</summary>
    public SqliteHubStore(HubSettings settings, IHubKeys keys, TimeProvider clock, ILogger<SqliteHubStore> log)
    {
        _folder = settings.DataDirectory;
        _keys = keys;
        _clock = clock;
        _log = log;
        _readers = new ReadPool(8, () => new SqliteSession(DatabasePath, SqliteSql.ReaderPragmas, _names));
        Lists = new ReadPool(2, () => new SqliteSession(DatabasePath, SqliteSql.ReaderPragmas, _names));
    }

    internal WalLimits WalLimits { get; init; } = new();

    internal long SegmentBytes { get; init; } = BodyWriter.DefaultSegmentBytes;

    /// <summary>Rows that one page of a list looks at, before it ends where it is; for messages that a system sent or receives, twice.</summary>
    internal int MostScanned { get; init; } = 20_000;

    /// <summary>The places of what may take long, apart, so that it never stands before intake and delivery.</summary>
    internal ReadPool Lists { get; }

    internal DueRecipients DueRecipients { get; } = new();

    /// <summary>What the writer's statements cost since the last call; see <see cref="SqliteSession.TakeSteps"/>.</summary>
    internal long TakeSteps() => Writer.TakeSteps();

    /// <inheritdoc/>
    public string? WritesRefused => _failed;

    private string DatabasePath => Path.Combine(_folder, "hub.db");

    internal SqliteSession Writer => _writer ?? throw new InvalidOperationException("The store is not open.");

    /// <inheritdoc/>
    /// <exception cref="IOException">Another process holds the data folder.</exception>
    /// <exception cref="InvalidDataException">The database is newer than this program, or bodies are missing.</exception>
    public ValueTask OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_writer is not null) throw new InvalidOperationException("The store is open already.");
        DurableFile.CreateFolder(_folder);
        LogHeadFile.CheckStoreExists(_folder, DatabasePath);
        DeleteSnapshot(Path.Combine(_folder, SnapshotName));
        _segments = new SegmentFolder(Path.Combine(_folder, "bodies"));
        DurableFile.Write(DatabasePath, [], DurableFile.OwnerOnlyFile, overwrite: false);
        _writer = new SqliteSession(DatabasePath, SqliteSql.WriterPragmas, _names);
        SqliteMigrations.Run(_writer.Connection);
        LoadNames(_writer);
        _head = new LogHeadFile(_folder);
        if (_head.Read() is { } known) LogHeadFile.Check(known, NewestHead(_writer), HeadOf(_writer, known.Size));
        var last = LastBody(_writer);
        var cut = BodyTail.Cut(_segments, last);
        if (cut > 0) _log.LogInformation("Cut {Bytes} bytes of bodies that no committed message refers to.", cut);
        _bodies = new BodyWriter(_segments, _keys.DataKey, last, SegmentBytes);
        _bodyReader = new BodyReader(_segments, _keys.DataKey);
        _wal = new WalKeeper(_writer, _readers, Lists, DatabasePath, WalLimits, _clock, _log);
        _headTimer = _clock.CreateTimer(_ => WriteHead(), null, HeadInterval, HeadInterval);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IStoreTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_failed is not null) throw ProblemCode.Unavailable.With(_failed);
        if (_writing) throw new InvalidOperationException("A transaction is running; there is one at a time.");
        try
        {
            Writer.Use(SqliteSql.Begin).Run();
        }
        catch (StoreFailedException failed)
        {
            throw Fail(failed);
        }

        _writing = true;
        return new(new SqliteTransaction(this, Writer, _bodies!));
    }

    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(key, static (session, key) => session.FindMessage(key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<MessageRecord?> FindReplyAsync(MessageKey request, MessageType type, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync((request, type, now), static (session, q) => session.FindReply(q.request, q.type, q.now), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> CountRepliesAsync(MessageKey request, SystemAddress from, int most, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync((request, from, most), static (session, q) => session.CountReplies(q.request, q.from, q.most), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>internal-error</c>: the body is damaged or missing on disk.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadOctetsAsync(MessageKey key, CancellationToken cancellationToken = default)
    {
        var found = await _readers.ReadAsync(key, static (session, key) => session.FindBody(key), cancellationToken);
        return found is { } body ? ReadBody(key, body) : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(IReadOnlyCollection<MessageKey> keys, long mostOctets, CancellationToken cancellationToken = default)
    {
        var found = await _readers.ReadAsync(keys, static (session, keys) => keys.Select(key => (Message: session.FindMessage(key), Body: session.FindBody(key))).ToList(), cancellationToken);
        var (read, left) = (new List<StoredMessage>(found.Count), mostOctets);
        foreach (var (message, body) in found)
        {
            if (message is null) continue;
            left -= message.Size;
            read.Add(new StoredMessage(message, left >= 0 && body is { } there ? TryReadBody(message.Key, there) : null));
        }

        return read;
    }

    private byte[] ReadBody(MessageKey key, (BodyLocation Location, byte[] WrappedKey) body) =>
        _bodyReader!.Read(Convert.FromHexString(key.Value), body.Location, body.WrappedKey);

    private ReadOnlyMemory<byte>? TryReadBody(MessageKey key, (BodyLocation Location, byte[] WrappedKey) body)
    {
        try
        {
            return ReadBody(key, body);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<MessageRecord>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        CheckLimit(query.Limit);
        return Lists.ReadAsync((query, MostScanned), static (session, q) => MessageList.Read(session, q.query, q.MostScanned), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync<MessageKey, IReadOnlyList<DeliveryRecord>>(key, static (session, key) => session.ListDeliveries(key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(id, static (session, id) => session.FindDelivery(id), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(DeliveryState state, SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return Lists.ReadAsync((state, recipient, cursor, limit, MostScanned), static (session, q) => DeliveryList.Read(session, q.state, q.recipient, q.cursor, q.limit, q.MostScanned), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<DeadGroup>> ListDeadGroupsAsync(SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return Lists.ReadAsync((recipient, cursor, limit), static (session, q) => DeadGroups.Read(session, q.recipient, q.cursor, q.limit), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasDeadAsync(SystemAddress recipient, string problem, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync((recipient, problem), static (session, q) => DeadGroups.Has(session, q.recipient, q.problem), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SystemAddress>> ListUnfinishedRecipientsAsync(CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<int, IReadOnlyList<SystemAddress>>(0, static (session, _) => DueRecipients.Unfinished(session), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<SystemAddress, long>>> ListBacklogsAsync(long floor, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<long, IReadOnlyList<KeyValuePair<SystemAddress, long>>>(floor, static (session, floor) => session.ListBacklogs(floor), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListUntakenAsync(SystemAddress recipient, DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<(SystemAddress Recipient, DateTimeOffset Now, long After, int Limit), IReadOnlyList<DeliveryRecord>>(
            (recipient, now, after, limit), static (session, q) => session.ListUntaken(q.Recipient, q.Now, q.After, q.Limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> IsUploadNamedAsync(UploadName upload, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(upload, MessageUploads.IsNamed, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync<MessageKey, IReadOnlyList<EntryRecord>>(key, static (session, key) => session.ListEntries(key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(long first, int count, CancellationToken cancellationToken = default) =>
        (count <= FewEntries ? _readers : Lists).ReadAsync<(long, int), IReadOnlyList<EntryRecord>>((first, count), static (session, range) => session.ListEntries(range.Item1, range.Item2), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> FindCheckpointAsync(long? entry = null, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(entry, static (session, entry) => session.FindCheckpoint(entry), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadTileAsync(int level, long index, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync((level, index), static (session, tile) => session.ReadTile(tile.level, tile.index), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<(long Version, string Document)?> ReadRegistryAsync(CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(0, static (session, _) => session.ReadRegistry(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync((app, key), static (session, q) => session.ReadAppState(q.app, q.key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> ListAppStateAsync(SystemAddress app, string prefix, int limit, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync<(SystemAddress App, string Prefix, int Limit), IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>>(
            (app, prefix, limit), static (session, q) => session.ListAppState(q.App, q.Prefix, q.Limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueStatistics>> ReadQueuesAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<(DateTimeOffset Now, int Most), IReadOnlyList<QueueStatistics>>((now, most), static (session, q) => Queues.Read(session, q.Now, q.Most), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreStatistics> ReadStatisticsAsync(CancellationToken cancellationToken = default) =>
        Lists.ReadAsync(0, static (session, _) => session.ReadStatistics(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (_headTimer is not null) await _headTimer.DisposeAsync();
        if (_headTimer is not null) WriteHead();
        if (_wal is not null) await _wal.StopAsync();
        await _readers.DisposeAsync();
        await Lists.DisposeAsync();
        _wal?.Dispose();
        _writer?.Dispose();
        _bodies?.Dispose();
        _bodyReader?.Dispose();
        _segments?.Dispose();
        _wal = null;
        _writer = null;
    }
}
