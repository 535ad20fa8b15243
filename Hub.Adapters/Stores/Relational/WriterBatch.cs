using System.Data.Common;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Statements that go to the database together, in one round trip.</summary>
internal sealed class WriterBatch(IRelationalDialect dialect, DbConnection connection)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(8);
    private readonly DbBatch _batch = connection.CreateBatch();
    private readonly List<Action<DbDataReader>> _readers = [];
    private List<(DbBatchCommand Command, int Rows, string What)>? _expected;
    private bool _isPatient;

    /// <summary>How long what was sent may take.</summary>
    internal TimeSpan Longest => _isPatient ? Patience : Usual;

    internal DbBatch Batch => _batch;

    internal bool IsEmpty => _batch.BatchCommands.Count == 0;

    /// <summary>A statement that gives rows: called for each, in order.</summary>
    internal WriterCommand Query(string sql, Action<DbDataReader>? read)
    {
        _readers.Add(read ?? (static _ => { }));
        return Add(sql);
    }

    /// <summary>Whether anything in it writes.</summary>
    internal bool HasChanges { get; private set; }

    /// <summary>A statement that changes rows.</summary>
    internal WriterCommand Change(string sql)
    {
        HasChanges = true;
        return Add(sql);
    }

    /// <summary>A statement that changes rows and gives them: called for each.</summary>
    internal WriterCommand Change(string sql, Action<DbDataReader> read)
    {
        HasChanges = true;
        return Query(sql, read);
    }

    /// <summary>A statement that changes so many rows, or somebody else was quicker.</summary>
    internal WriterCommand ChangeExactly(string sql, int rows, string what)
    {
        var command = Change(sql);
        (_expected ??= []).Add((command.Command, rows, what));
        return command;
    }

    /// <summary>What follows may take long.</summary>
    internal void HavePatience(string sql)
    {
        _isPatient = true;
        _batch.Timeout = (int)Patience.TotalSeconds;
        Query(sql, null);
    }

    /// <summary>The commit, which the driver must never cancel: a server that waits for its synchronous standby takes that as leave to
    /// go on without it, and says that all is well.</summary>
    internal void Commit(string sql)
    {
        _batch.Timeout = 0;
        Change(sql);
    }

    internal void Add(DbBatchCommand command)
    {
        _readers.Add(static _ => { });
        _batch.BatchCommands.Add(command);
    }

    /// <exception cref="StoreConflictException">A statement changed fewer rows than it must.</exception>
    /// <exception cref="DbException">The database says so.</exception>
    /// <param name="begin">What begins the transaction, for the first batch.</param>
    /// <param name="transaction">The transaction, when the connection began it.</param>
    internal async Task ExecuteAsync(string? begin, DbTransaction? transaction)
    {
        _batch.Transaction = transaction;
        if (begin is not null)
        {
            var first = _batch.CreateBatchCommand();
            first.CommandText = begin;
            _batch.BatchCommands.Insert(0, first);
        }

        await using (_batch)
        {
            await using (var rows = await _batch.ExecuteReaderAsync())
            {
                foreach (var read in _readers)
                {
                    while (await rows.ReadAsync()) read(rows);
                    await rows.NextResultAsync();
                }
            }

            if (_expected is null) return;
            foreach (var (command, wanted, what) in _expected)
            {
                if (command.RecordsAffected != wanted) throw new StoreConflictException($"Another node was quicker: {what} changed meanwhile.");
            }
        }
    }

    private WriterCommand Add(string sql)
    {
        var command = _batch.CreateBatchCommand();
        command.CommandText = sql;
        _batch.BatchCommands.Add(command);
        return new WriterCommand(dialect, command);
    }
}

/// <summary>A statement of a batch; its parameters are added in the order in which the text numbers them.</summary>
internal readonly struct WriterCommand(IRelationalDialect dialect, DbBatchCommand command)
{
    internal DbBatchCommand Command => command;

    internal WriterCommand With<T>(string name, T value)
    {
        command.Parameters.Add(dialect.Parameter(name, value));
        return this;
    }

    internal WriterCommand With(RowSet rows)
    {
        dialect.AddRows(command, rows);
        return this;
    }
}
