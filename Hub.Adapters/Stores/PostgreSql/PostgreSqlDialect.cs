using System.Data.Common;
using Hub.Adapters.Stores.Relational;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>PostgreSQL's own ways: rows travel as arrays, parameters go by place, nodes wake each other by <c>NOTIFY</c>.</summary>
internal sealed class PostgreSqlDialect : IRelationalDialect, IColumnParameters
{
    private readonly NpgsqlDataSource _writer;
    private readonly NpgsqlDataSource _short;
    private readonly NpgsqlDataSource _lists;
    private readonly NpgsqlDataSource _searches;
    private readonly NpgsqlDataSource _ears;
    private readonly ILogger _log;

    internal PostgreSqlDialect(PostgreSqlSettings settings, ILogger log)
    {
        _log = log;
        _writer = PostgreSqlConnections.Writer(settings);
        _short = PostgreSqlConnections.Readers(settings.ConnectionString, "reader", most: 16, seconds: 5);
        _lists = PostgreSqlConnections.Readers(settings.ConnectionString, "lists", most: 4, seconds: 60);
        _searches = settings.Replica is { } replica ? PostgreSqlConnections.Readers(replica, "searches", most: 4, seconds: 60) : _lists;
        _ears = PostgreSqlConnections.Plain(settings.ConnectionString, "listener");
    }

    public WriteSql Writes => PostgreSqlWriteSql.Texts;

    public ReadSql Reads => PostgreSqlReadSql.Texts;

    public NodeSql Nodes => PostgreSqlNodeSql.Texts;

    public bool HasReplica => _searches != _lists;

    public async ValueTask<DbConnection> OpenWriterAsync(CancellationToken cancellationToken)
    {
        var connection = await _writer.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var durable = new NpgsqlCommand(PostgreSqlConnections.DurableCommits, connection);
            await durable.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<DbConnection> OpenReaderAsync(ReadKind kind, CancellationToken cancellationToken)
    {
        var pool = kind switch { ReadKind.List => _lists, ReadKind.Search => _searches, _ => _short };
        return await pool.OpenConnectionAsync(cancellationToken);
    }

    public ValueTask CheckSchemaAsync(DbConnection connection, CancellationToken cancellationToken) =>
        PostgreSqlMigrations.CheckAsync((NpgsqlConnection)connection, cancellationToken);

    public DbParameter Parameter<T>(string name, T value) => new NpgsqlParameter<T> { TypedValue = value };

    public void AddRows(DbBatchCommand command, RowSet rows)
    {
        foreach (var column in rows.Columns) command.Parameters.Add(column.Make(this));
    }

    // In the texts an array that ends goes on with nulls: nothing but nulls is an empty one.
    public DbParameter Make<T>(Column<T> column) => new NpgsqlParameter<List<T>> { TypedValue = column.HasValues ? column.Values : [] };

    // Class 40: serialization failure, deadlock; 23505: somebody inserted it before; 55P03: waited too long for a row; 25P03: this
    // session was ended while it stood idle, before its commit; HUB: hub_fence and hub_require_duty.
    public RelationalFailure Classify(Exception failure) => failure is PostgresException { SqlState: "40001" or "40P01" or "23505" or "55P03" or "25P03" or "HUB01" or "HUB02" }
        ? RelationalFailure.Conflict
        : RelationalFailure.Unavailable;

    public DbBatchCommand Wake(DbBatch batch, int node, StoreWake wake)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = PostgreSqlWakes.NotifySql;
        command.Parameters.Add(Parameter("wake", PostgreSqlWakes.Write(node, wake)));
        return command;
    }

    public IAsyncDisposable Listen(Func<int?> node, Action<StoreWake> heard) => PostgreSqlWakes.Start(_ears, node, heard, _log);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _short.DisposeAsync();
        await _lists.DisposeAsync();
        await _searches.DisposeAsync();
        await _ears.DisposeAsync();
    }
}
