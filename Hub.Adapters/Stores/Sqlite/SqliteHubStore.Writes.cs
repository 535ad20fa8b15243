using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Hub.Adapters.Stores.Sqlite;

// The ends of the write transaction, and what a failure of one means.
public sealed partial class SqliteHubStore
{
    private const int MaxPage = 1000;
    private static readonly TimeSpan HeadInterval = TimeSpan.FromSeconds(3);

    /// <summary>Bodies, then rows; see the failure policy.</summary>
    internal void Commit(Counts counts)
    {
        EnsureOpen();
        try
        {
            _bodies!.Sync();
            counts.Write(Writer);
            EnsureOpen();
            Writer.Use(SqliteSql.Commit).Run();
        }
        catch (Exception failed) when (failed is IOException or SqliteException or StoreFailedException)
        {
            throw Fail(failed);
        }

        _bodies.Commit();
        _writing = false;
    }

    /// <summary>After a commit: new names become known to readers, and the write-ahead log is looked after.</summary>
    internal void Committed(List<(long Number, string Text)> newNames, bool erased)
    {
        foreach (var (number, text) in newNames) _names.Publish(number, text);
        if (erased) _wal!.EraseSoon();
        _wal!.AfterCommit();
    }

    /// <summary>SQLite ends a transaction by itself when the disk, the memory or an operation fails; what is written after
    /// that would commit statement by statement.</summary>
    /// <exception cref="StoreFailedException">The transaction is no longer open.</exception>
    internal void EnsureOpen()
    {
        if (raw.sqlite3_get_autocommit(Writer.Connection.Handle!) != 0)
            throw new StoreFailedException("The database has rolled the transaction back after a failure; nothing of it is kept.");
    }

    internal void RollBack()
    {
        _writing = false;
        if (_writer is null) return;
        if (raw.sqlite3_get_autocommit(_writer.Connection.Handle!) == 0) _writer.Use(SqliteSql.Rollback).Run();
        _bodies!.Rewind();
    }

    private ProblemException Fail(Exception failed)
    {
        var reason = failed is StoreFailedException ? failed.InnerException : failed;
        if (reason is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY })
            return ProblemCode.Unavailable.With("Another program has locked the database. Nothing was accepted; it goes on once that one is done.", failed);
        var full = reason is null or SqliteException { SqliteErrorCode: raw.SQLITE_FULL } || (reason is IOException && !_bodies!.IsFailed);
        if (full) return ProblemCode.Unavailable.With($"The store could not write ({failed.Message}). Nothing was accepted; it goes on once the disk has room.", failed);
        _failed = "The store failed to write and what the disk holds is unknown. Check the disk, then start the hub again.";
        _log.LogCritical(failed, "The store failed to write to {Folder}; it refuses further writes until the hub is started again.", _folder);
        return ProblemCode.Unavailable.With(_failed, failed);
    }

    /// <summary>Notes beside the database where its log stands; behind the commits, never in their way.</summary>
    private void WriteHead()
    {
        try
        {
            _head!.Write(() => _readers.ReadAsync(0, static (session, _) => NewestHead(session), CancellationToken.None).AsTask().GetAwaiter().GetResult());
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or StoreFailedException or SqliteException)
        {
            _log.LogWarning(failed, "{File} could not be written; it is tried again.", LogHeadFile.Name);
        }
    }

    private static LogHead? NewestHead(SqliteSession session) => Head(session.Use(SqliteSql.NewestHead));

    private static LogHead? HeadOf(SqliteSession session, long size) => Head(session.Use(SqliteSql.HeadOfSize).Bind(size));

    private static LogHead? Head(Statement query)
    {
        using var rows = query.Rows();
        return query.Step() ? new LogHead(query.Int(0), query.Text(1)) : null;
    }

    private static void CheckLimit(int limit)
    {
        if (limit is < 1 or > MaxPage) throw ProblemCode.InvalidRequest.With($"A page has 1 to {MaxPage} rows, not {limit}.");
    }

    private static BodyLocation? LastBody(SqliteSession session)
    {
        var query = session.Use(SqliteSql.LastBody);
        using var rows = query.Rows();
        return query.Step() ? new BodyLocation((int)query.Int(0), query.Int(1), (int)query.Int(2)) : null;
    }

    private void LoadNames(SqliteSession session)
    {
        var query = session.Use(SqliteSql.AllNames);
        using var rows = query.Rows();
        while (query.Step()) _names.Publish(query.Int(0), query.Text(1));
    }
}
