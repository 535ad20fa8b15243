using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>When the write-ahead log is copied into the database, in frames (pages of 4 KiB).</summary>
/// <param name="Soft">From here on a background checkpoint runs, then the writer's own short one.</param>
/// <param name="Hard">From here on the writer holds off readers for a moment so that the log starts over.</param>
internal sealed record WalLimits(int Soft = 4_000, int Hard = 16_000);

/// <summary>Keeps the write-ahead log short under a constant writer.</summary>
/// <remarks>
/// A checkpoint beside a running writer copies frames but never lets the log start over, because there is always a newer
/// frame. So the bulk is copied in the background, and then the writer, between two of its transactions, copies the little
/// that is left: now the whole log is in the database and the next transaction starts it over. Readers that overlap one
/// another can prevent that; beyond the hard limit the writer holds off the hub's readers until it is done.
/// Failure policy: a checkpoint that fails is tried again after a later commit; nothing durable depends on it.
/// Called by the writer's thread only.
/// </remarks>
internal sealed class WalKeeper(SqliteSession writer, ReadPool readers, ReadPool lists, string path, WalLimits limits, TimeProvider clock, ILogger log) : IDisposable
{
    private const int PagesWritten = 9; // SQLITE_DBSTATUS_CACHE_WRITE: pages written, with a WAL frames written.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseWait = TimeSpan.FromMilliseconds(250);
    private SqliteConnection? _checkpointer;
    private Task? _background;
    private int _base;
    private int _frames;
    private int _length;
    private bool _erase;
    private long _lastErase;
    private long _lastStuck;
    private int _snapshots;

    /// <summary>Frames in the log as far as known.</summary>
    internal int Frames => _frames + Written();

    /// <summary>Erased keys still stand in older frames: cut the log soon.</summary>
    internal void EraseSoon() => _erase = true;

    internal void AfterCommit()
    {
        if (_erase && (_lastErase == 0 || clock.GetElapsedTime(_lastErase) > TimeSpan.FromSeconds(1))) CutErased();
        var frames = Frames;
        if (frames < limits.Soft) return;
        if (frames < limits.Hard && _background is null)
        {
            // A thread of its own: a busy pool would begin it seconds later.
            _background = Task.Factory.StartNew(CheckpointInBackground, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return;
        }

        if (_background is { IsCompleted: false })
        {
            if (frames >= 2 * limits.Hard) Restart(); // The disk does not keep up: the writer waits for it.
            return;
        }

        _background = null;
        Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, waitMilliseconds: 0);
        if (_length >= limits.Hard) Restart();
    }

    /// <summary>Until it is disposed a snapshot is read: the log cannot start over, and nobody is held off to try. Thread-safe.</summary>
    internal IDisposable HoldSnapshot()
    {
        Interlocked.Increment(ref _snapshots);
        return new Held(this);
    }

    /// <summary>Waits for a background checkpoint.</summary>
    internal async ValueTask StopAsync()
    {
        if (_background is not null) await _background;
        _background = null;
    }

    public void Dispose() => _checkpointer?.Dispose();

    private void CheckpointInBackground()
    {
        try
        {
            _checkpointer ??= OpenCheckpointer();
            _ = raw.sqlite3_wal_checkpoint_v2(_checkpointer.Handle!, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        }
        catch (SqliteException failed)
        {
            log.LogWarning(failed, "A background checkpoint of {Path} failed; it is tried again.", path);
        }
    }

    private SqliteConnection OpenCheckpointer()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteSql.CheckpointerPragmas;
        command.ExecuteNonQuery();
        return connection;
    }

    // The hub's own readers are held off for the moment it takes; another program's reader must not stop the writer at every
    // commit.
    private void Restart()
    {
        if (Volatile.Read(ref _snapshots) > 0) return;
        if (_lastStuck != 0 && clock.GetElapsedTime(_lastStuck) < Patience) return;
        using var listing = lists.Pause(PauseWait);
        using var reading = readers.Pause(PauseWait);
        if (Checkpoint(raw.SQLITE_CHECKPOINT_RESTART, waitMilliseconds: 250)) return;
        _lastStuck = clock.GetTimestamp();
        log.LogWarning("The write-ahead log of {Path} has {Pages} pages and cannot start over: a reader holds an old snapshot. Close other programs that read this file.", path, _length);
    }

    private bool Checkpoint(int mode, int waitMilliseconds)
    {
        var handle = writer.Connection.Handle!;
        _ = raw.sqlite3_busy_timeout(handle, waitMilliseconds);
        var code = raw.sqlite3_wal_checkpoint_v2(handle, "main", mode, out var inLog, out var copied);
        _ = raw.sqlite3_busy_timeout(handle, SqliteSql.WriterPatience);
        if (inLog < 0) return false;
        _base = CountWritten();
        // Once everything is copied the next transaction starts the log over, unless a reader still reads in it: then it goes
        // on growing, which the length that the next checkpoint finds tells.
        _length = mode == raw.SQLITE_CHECKPOINT_PASSIVE || code != raw.SQLITE_OK ? Math.Max(0, inLog) : 0;
        _frames = inLog == copied ? 0 : _length;
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            log.LogWarning("A checkpoint of {Path} failed with SQLite code {Code}; it is tried again.", path, code);
        return code == raw.SQLITE_OK;
    }

    private void CutErased()
    {
        if (Volatile.Read(ref _snapshots) > 0) return;
        _lastErase = clock.GetTimestamp();
        using var listing = lists.Pause(PauseWait);
        using var reading = readers.Pause(PauseWait);
        if (Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE, waitMilliseconds: 50)) _erase = false;
    }

    private int Written() => CountWritten() - _base;

    private int CountWritten()
    {
        _ = raw.sqlite3_db_status(writer.Connection.Handle!, PagesWritten, out var current, out _, 0);
        return current;
    }

    /// <summary>See <see cref="HoldSnapshot"/>.</summary>
    private sealed class Held(WalKeeper keeper) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref keeper._snapshots);
    }
}
