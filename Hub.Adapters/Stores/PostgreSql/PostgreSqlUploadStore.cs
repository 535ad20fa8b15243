using System.Data.Common;
using Hub.Adapters.Stores.Relational;
using Hub.Core.Trail;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Uploads in PostgreSQL; see <see cref="RelationalUploadStore"/>.</summary>
public sealed class PostgreSqlUploadStore : RelationalUploadStore
{
    private readonly NpgsqlDataSource _source;

    /// <summary>A store in a database whose schema is there (<see cref="PostgreSqlMigrations"/>).</summary>
    /// <param name="settings">Where the database is.</param>
    /// <param name="keys">The hub's keys: content is sealed.</param>
    /// <param name="clock">Time of the hub.</param>
    public PostgreSqlUploadStore(PostgreSqlSettings settings, IHubKeys keys, TimeProvider clock)
        : base(PostgreSqlUploadSql.Texts, keys, clock) => _source = PostgreSqlConnections.Uploads(settings.ConnectionString);

    private protected override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    private protected override DbParameter Parameter<T>(string name, T value) => new NpgsqlParameter<T> { TypedValue = value };

    private protected override ValueTask CloseAsync() => _source.DisposeAsync();
}
