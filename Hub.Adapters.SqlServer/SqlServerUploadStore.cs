using System.Data.Common;
using Hub.Adapters.Stores.Relational;
using Hub.Core.Trail;

namespace Hub.Adapters.SqlServer;

/// <summary>Uploads in SQL Server; see <see cref="RelationalUploadStore"/>.</summary>
public sealed class SqlServerUploadStore : RelationalUploadStore
{
    private readonly string _connectionString;

    /// <summary>A store in a database whose schema is there (<see cref="SqlServerMigrations"/>).</summary>
    /// <param name="settings">Where the database is.</param>
    /// <param name="keys">The hub's keys: content is sealed.</param>
    /// <param name="clock">Time of the hub.</param>
    public SqlServerUploadStore(SqlServerSettings settings, IHubKeys keys, TimeProvider clock)
        : base(SqlServerUploadSql.Texts, keys, clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _connectionString = SqlServerConnections.Text(settings.ConnectionString, "hub uploads", most: 16, seconds: 10);
    }

    private protected override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => await SqlServerConnections.OpenAsync(_connectionString, cancellationToken);

    private protected override DbParameter Parameter<T>(string name, T value) => SqlServerRows.Value(name, value);

    private protected override ValueTask CloseAsync() => default;
}
