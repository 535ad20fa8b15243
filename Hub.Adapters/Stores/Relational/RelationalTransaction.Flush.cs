using System.Data.Common;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// How what was staged goes to the database, and how the transaction ends.
internal sealed partial class RelationalTransaction
{
    private const int Ranks = 5;

    // So many come due together at most in one claim; the rest follows in the next.
    private const int MaxPromoted = 4096;

    private readonly MessageRows _newMessages = new();
    private readonly List<(byte[] Key, long Number)> _newKeys = [];
    private readonly HashSet<long> _unsentMessages = [];
    private readonly EntryRows _newEntries = new();
    private readonly TileRows _newTiles = new();
    private BodyRows _newBodies = new();
    private UploadRows _newUploads = new();
    private HashSet<SystemAddress>? _wakeRecipients;
    private HashSet<MessageKey>? _wakeMessages;
    private SortedDictionary<long, DateTimeOffset?>? _waits;
    private List<(string Duty, long Term)>? _duties;
    private List<(long Size, string Note)>? _checkpoints;
    private LogPlace? _seat;
    private LogPlace? _head;
    // As of the beginning: what began under a lease that was lost does not end under the next one.
    private readonly int? _node = store.Node;
    private readonly long _incarnation = store.Incarnation;
    private DbTransaction? _transaction;
    private bool _begun;
    private bool _failed;
    private bool _broken;
    private Task? _left;
    private bool _ended;

    public async ValueTask StageAsync()
    {
        var batch = NewBatch();
        Flush(batch);
        if (!batch.IsEmpty) await SendAsync(batch);
    }

    public async ValueTask<LogPlace> TakeSeatAsync(LogPlace expected)
    {
        var seat = await SitAsync(expected.Size);
        if (seat.Size == expected.Size) return seat;
        _newMessages.MoveEntries(seat.Size - expected.Size);
        MoveVersions(seat.Size - expected.Size);
        return seat;
    }

    public ValueTask RequireDutyAsync(string duty, long term)
    {
        (_duties ??= []).Add((duty, term));
        return default;
    }

    public void Tell(MessageKey message) => (_wakeMessages ??= []).Add(message);

    public async ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries)
    {
        if (entries.Count == 0) return;
        _head ??= await SitAsync();
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Index != _head.Size + i)
                throw new InvalidOperationException($"Entry {entry.Index} cannot be appended: the log has {_head.Size + i} entries.");
            var named = EntryKey.TryFind(entry.Header.Span, out var key);
            long? number = named && _numbers.TryGetValue(key, out var known) ? known : null;
            _newEntries.Add(entry, number, named && number is null ? Convert.FromHexString(key.Value) : null);
        }

        _head = new LogPlace(_head.Size + entries.Count, null, entries[^1].ParseHeader().Time);
    }

    public ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes)
    {
        _newTiles.Add(level, index, hashes);
        return default;
    }

    public ValueTask WriteCheckpointAsync(long size, string note)
    {
        (_checkpoints ??= []).Add((size, note));
        if (_head?.Size == size) _head = _head with { Note = note };
        return default;
    }

    public async ValueTask CommitAsync()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_failed) throw new InvalidOperationException("A transaction that failed cannot be committed.");
        var batch = NewBatch();
        if (Flush(batch))
        {
            // Whether another node was quicker must be known before the commit.
            await SendAsync(batch);
            batch = NewBatch();
        }

        AddLast(batch);
        if (_begun || !batch.IsEmpty)
        {
            if (_duties is not null && _node is null) throw new InvalidOperationException("Only a node that has joined holds a duty.");
            AddFence(batch);
            if (_sql.Commit is { } commit)
            {
                batch.Commit(commit);
                await SendAsync(batch, mayEnd: true);
            }
            else if (!batch.IsEmpty)
            {
                await SendAsync(batch);
            }

            if (_transaction is not null) await TranslatedAsync(_transaction.CommitAsync);
        }

        _ended = true;
        if (_node is { } own) store.Held.Committed(_deliveries.Values, own);
        if (_idsTaken > 0) store.IdsWanted = Math.Clamp(_idsTaken + (_idsTaken / 4), IdBlocks.Size, 4096);
        await store.EndAsync(connection, broken: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        // Perhaps it was these that failed: whoever tries again reads them.
        store.Held.Forget(_unread ?? []);
        if (_begun && !_broken)
        {
            try
            {
                await RollBackAsync();
            }
            catch (Exception lost) when (RelationalHubStore.IsFailure(lost) || lost is InvalidOperationException)
            {
                // Then the database rolls back by itself.
                _broken = true;
            }
        }

        await store.EndAsync(_left is null ? connection : null, _broken);
    }

    private async Task RollBackAsync()
    {
        if (_transaction is not null)
        {
            // One that the database has rolled back already has no connection any more.
            if (_transaction.Connection is not null) await _transaction.RollbackAsync();
            await _transaction.DisposeAsync();
            return;
        }

        await using var rollback = connection.CreateCommand();
        rollback.CommandText = _sql.Rollback;
        await rollback.ExecuteNonQueryAsync();
    }

    private static int RankOf(int priority) => Ranks - 1 - Math.Clamp(priority, 0, Ranks - 1);

    private async ValueTask<LogPlace> SitAsync(long? expected = null)
    {
        if (_seat is not null) return _seat;
        var batch = NewBatch();
        Flush(batch);
        var edge = new Dictionary<(int Level, long Index), ReadOnlyMemory<byte>>();
        batch.Query(_sql.TakeSeat, row => _seat = new LogPlace(row.GetInt64(0), Rows.Text(row, 1), Rows.NullableTime(row, 2) ?? DateTimeOffset.MinValue));
        if (expected is { } size)
            batch.Query(_sql.SeatEdge, row => edge.Add((row.GetInt32(0), row.GetInt64(1)), row.GetFieldValue<byte[]>(2))).With("size", size);
        var before = _registryVersion;
        if (_registryRead || _newVersions is not null) AskForRegistryVersion(batch);
        await SendAsync(batch);
        // Who changes the registry has the seat: from here on nobody can.
        if ((_registryRead || _newVersions is not null) && _registryVersion != before)
            throw new StoreConflictException($"Another node brought version {_registryVersion} of the registry into force.");
        if (_seat is null) throw new StoreFailedException("The log has no seat: the schema is damaged.");
        return _head = _seat = _seat with { Edge = edge };
    }

    /// <summary>A batch; the first begins the transaction.</summary>
    private WriterBatch NewBatch()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        return new WriterBatch(store.Dialect, connection);
    }

    /// <summary>Puts what is staged and names no entry into the batch. True when the batch must be sent before the commit is, since it
    /// tells whether another node was quicker.</summary>
    private bool Flush(WriterBatch batch)
    {
        var checks = false;
        var lanes = LockLanes(batch);
        if (_newKeys.Count > 0)
        {
            var keys = new KeyRows();
            keys.Fill(_newKeys);
            batch.Change(_sql.InsertKeys).With(keys);
            _newKeys.Clear();
            batch.Change(_sql.InsertBodies).With(_newBodies);
            _newBodies = new BodyRows();
            if (_newUploads.Count > 0)
            {
                batch.Change(_sql.NameUploads).With(_newUploads);
                _newUploads = new UploadRows();
            }
        }

        foreach (var (number, until) in _waits ?? []) batch.Change(_sql.WriteWait).With("num", number).With("until", until?.ToUniversalTime());
        _waits = null;
        if (_changedDeliveries.Count > 0)
        {
            _changedDeliveries.Sort(static (a, b) => a.Record.Id.CompareTo(b.Record.Id));
            var changed = new DeliveryRows();
            foreach (var delivery in _changedDeliveries) changed.Add(delivery);
            batch.ChangeExactly(_sql.UpdateDeliveries, changed.Count, "a delivery").With(changed);
            checks = true;
        }

        if (_newDeliveries.Count > 0)
        {
            var added = new NewDeliveryRows();
            foreach (var delivery in _newDeliveries) added.Add(delivery, delivery.Origin!);
            batch.Change(_sql.InsertDeliveries).With(added);
        }

        if (lanes is not null) batch.Change(_sql.SettleLanes).With(lanes);
        Sent(_changedDeliveries);
        Sent(_newDeliveries);
        return FlushStates(batch) || checks;

        static void Sent(List<TrackedDelivery> deliveries)
        {
            foreach (var delivery in deliveries) (delivery.IsStaged, delivery.IsWritten, delivery.Rev) = (false, true, delivery.Rev + 1);
            deliveries.Clear();
        }
    }

    /// <summary>What names entries, the log itself, and the counts.</summary>
    private void AddLast(WriterBatch batch)
    {
        if (_newMessages.Count > 0) batch.Change(_sql.InsertMessages).With(_newMessages);
        AddVersions(batch);
        if (_newEntries.Count > 0)
        {
            batch.Change(_sql.InsertEntries).With(_newEntries);
            batch.Change(_sql.MoveHead).With("size", _head!.Size).With("note", _head.Note).With("time", (DateTimeOffset?)_head.Time).With("node", store.Node).With("before", _seat!.Size);
        }

        if (_newTiles.Count > 0) batch.Change(_sql.WriteTiles).With(_newTiles);
        foreach (var (size, note) in _checkpoints ?? []) batch.Change(_sql.WriteCheckpoint).With("size", size).With("note", note);
        _counts.Fill();
        if (_counts.Count > 0) batch.Change(_sql.AddToCounts).With("node", store.Node ?? 0).With(_counts);
    }

    private void AddFence(WriterBatch batch)
    {
        foreach (var (duty, term) in _duties ?? []) batch.Query(_sql.RequireDuty, null).With("duty", duty).With("node", _node!.Value).With("term", term);
        if (_node is { } node) batch.Query(_sql.Fence, null).With("node", node).With("incarnation", _incarnation);
        if (store.IsAlone || (_wakeRecipients is null && _wakeMessages is null && _newVersions is null)) return;
        var wake = new StoreWake([.. _wakeRecipients ?? []], [.. _wakeMessages ?? []], _newVersions?[^1].Version);
        if (store.Dialect.Wake(batch.Batch, store.Node ?? 0, wake) is { } tell) batch.Add(tell);
    }

    private void Wake(SystemAddress recipient) => (_wakeRecipients ??= []).Add(recipient);

    private ValueTask SendAsync(WriterBatch batch, bool mayEnd = false) => TranslatedAsync(async cancellationToken =>
    {
        if (!_begun && _sql.Begin is null) _transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        // From here on there may be something to roll back, whatever becomes of the answer.
        var begin = _begun ? null : _sql.Begin;
        _begun = true;
        var sent = batch.ExecuteAsync(begin, _transaction);
        try
        {
            if (mayEnd) await sent.WaitAsync(batch.Longest, store.Clock, cancellationToken);
            else await sent;
        }
        catch (TimeoutException) when (!sent.IsCompleted)
        {
            _left = sent;
            store.Leave(connection, sent);
            throw;
        }
        catch when (batch.HasChanges)
        {
            // Also when it was a row that could not be read: whether the changes met what they rest on was not looked at.
            _failed = true;
            throw;
        }
    });

    private async ValueTask TranslatedAsync(Func<CancellationToken, Task> send)
    {
        try
        {
            await send(CancellationToken.None);
        }
        catch (StoreConflictException)
        {
            (_begun, _failed) = (true, true);
            throw;
        }
        catch (Exception failed) when (RelationalHubStore.IsFailure(failed) || failed is InvalidOperationException)
        {
            (_begun, _failed) = (true, true);
            var lost = connection.State != System.Data.ConnectionState.Open;
            var translated = store.Translate(failed, lost, _left);
            _broken = lost || translated is not StoreConflictException;
            throw translated;
        }
    }
}
