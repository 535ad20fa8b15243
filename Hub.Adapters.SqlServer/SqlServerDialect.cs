using System.Data;
using System.Data.Common;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Adapters.Stores.Relational;
using Hub.Core.Storage;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.SqlServer;

/// <summary>SQL Server's own ways: rows travel as tables, parameters have names, transactions begin and end by the connection, and nodes
/// look into a table for what others told.</summary>
internal sealed class SqlServerDialect : IRelationalDialect
{
    private readonly string _writer;
    private readonly string _short;
    private readonly string _lists;
    private readonly string _searches;
    private readonly string _ears;
    private readonly ILogger _log;

    internal SqlServerDialect(SqlServerSettings settings, ILogger log)
    {
        _log = log;
        _writer = settings.ConnectionString;
        _short = SqlServerConnections.Text(settings.ConnectionString, "hub reader", most: 16, seconds: 5);
        _lists = SqlServerConnections.Text(settings.ConnectionString, "hub lists", most: 4, seconds: 60);
        _searches = settings.Replica is { } replica ? SqlServerConnections.Text(replica, "hub searches", most: 4, seconds: 60) : _lists;
        _ears = SqlServerConnections.Text(settings.ConnectionString, "hub listener", most: null, seconds: 5);
    }

    public WriteSql Writes => SqlServerWriteSql.Texts;

    public ReadSql Reads => SqlServerReadSql.Texts;

    public NodeSql Nodes => SqlServerNodeSql.Texts;

    public bool HasReplica => _searches != _lists;

    // Snapshots are of committed rows and wait for nobody; repeatable reads would lock what they read.
    public IsolationLevel Snapshot => IsolationLevel.Snapshot;

    public async ValueTask<DbConnection> OpenWriterAsync(CancellationToken cancellationToken) => await SqlServerConnections.OpenWriterAsync(_writer, cancellationToken);

    public async ValueTask<DbConnection> OpenReaderAsync(ReadKind kind, CancellationToken cancellationToken)
    {
        var pool = kind switch { ReadKind.List => _lists, ReadKind.Search => _searches, _ => _short };
        return await SqlServerConnections.OpenAsync(pool, cancellationToken);
    }

    public ValueTask CheckSchemaAsync(DbConnection connection, CancellationToken cancellationToken) => SqlServerMigrations.CheckAsync((SqlConnection)connection, cancellationToken);

    public DbParameter Parameter<T>(string name, T value) => SqlServerRows.Value(name, value);

    public void AddRows(DbBatchCommand command, RowSet rows) => command.Parameters.Add(SqlServerRows.Table(rows));

    public RelationalFailure Classify(Exception failure) => SqlServerFailures.Classify(failure);

    public DbBatchCommand Wake(DbBatch batch, int node, StoreWake wake)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlServerWriteSql.Wake;
        command.Parameters.Add(Parameter("payload", PostgreSqlWakes.Write(node, wake)));
        return command;
    }

    public IAsyncDisposable Listen(Func<int?> node, Action<StoreWake> heard) => SqlServerWakes.Start(_ears, node, heard, _log);

    public ValueTask DisposeAsync() => default;
}
