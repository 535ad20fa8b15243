using System.Data.Common;

namespace Hub.Adapters.Stores.Relational;

/// <summary>A connection on loan for reads.</summary>
internal sealed class ReadSession(IRelationalDialect dialect, DbConnection connection, CancellationToken cancellationToken)
{
    private DbTransaction? _transaction;

    internal DbConnection Connection => connection;

    internal CancellationToken Cancellation => cancellationToken;

    internal DbParameter Parameter<T>(string name, T value) => dialect.Parameter(name, value);

    /// <summary>A command; its parameters are added in the order in which the text numbers them.</summary>
    internal ReadCommand Use(string sql) => new(dialect, connection, _transaction, sql, cancellationToken);

    /// <summary>Begins a transaction, with which this session ends.</summary>
    internal async ValueTask<DbTransaction> BeginAsync() => _transaction = await connection.BeginTransactionAsync(cancellationToken);

    /// <summary>Runs queries over one snapshot.</summary>
    internal async ValueTask<T> InSnapshotAsync<T>(Func<ValueTask<T>> read)
    {
        await using var snapshot = _transaction = await connection.BeginTransactionAsync(dialect.Snapshot, cancellationToken);
        var result = await read();
        await snapshot.CommitAsync(cancellationToken);
        _transaction = null;
        return result;
    }
}

/// <summary>A statement with its parameters.</summary>
internal sealed class ReadCommand
{
    private readonly IRelationalDialect _dialect;
    private readonly DbCommand _command;
    private readonly CancellationToken _cancellationToken;

    internal ReadCommand(IRelationalDialect dialect, DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        (_dialect, _cancellationToken) = (dialect, cancellationToken);
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText = sql;
    }

    internal ReadCommand With<T>(string name, T value)
    {
        _command.Parameters.Add(_dialect.Parameter(name, value));
        return this;
    }

    /// <summary>The first row, or the default.</summary>
    internal async ValueTask<T?> FirstAsync<T>(Func<DbDataReader, T> map)
    {
        await using var rows = await ReaderAsync();
        return await rows.ReadAsync(_cancellationToken) ? map(rows) : default;
    }

    /// <summary>All rows.</summary>
    internal async ValueTask<List<T>> ListAsync<T>(Func<DbDataReader, T> map)
    {
        var found = new List<T>();
        await using var rows = await ReaderAsync();
        while (await rows.ReadAsync(_cancellationToken)) found.Add(map(rows));
        return found;
    }

    /// <summary>Runs a statement that changes rows.</summary>
    /// <returns>How many.</returns>
    internal Task<int> ChangeAsync() => _command.ExecuteNonQueryAsync(_cancellationToken);

    /// <summary>The rows, for one who may stop early; dispose it.</summary>
    internal Task<DbDataReader> ReaderAsync() => _command.ExecuteReaderAsync(_cancellationToken);
}
