using Hub.Adapters.Stores.Relational;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The store in PostgreSQL 15 or later; see <see cref="RelationalHubStore"/>.</summary>
public sealed class PostgreSqlHubStore : RelationalHubStore
{
    /// <summary>A store in a database whose schema is there (<see cref="PostgreSqlMigrations"/>).</summary>
    /// <param name="settings">Where the database is.</param>
    /// <param name="keys">The hub's keys: bodies are sealed.</param>
    /// <param name="clock">Time of the hub.</param>
    /// <param name="log">Failures of the database.</param>
    public PostgreSqlHubStore(PostgreSqlSettings settings, IHubKeys keys, TimeProvider clock, ILogger<PostgreSqlHubStore> log)
        : base(new PostgreSqlDialect(settings, log), keys, clock, log)
    {
    }
}
