using Hub.Adapters.Stores.Relational;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.SqlServer;

/// <summary>The store in SQL Server 2019 or later; see <see cref="RelationalHubStore"/>.</summary>
/// <remarks>SQL Server ends no session by itself that stands idle in a transaction. Every node looks each second for a writer that does so
/// for longer than two seconds and ends it, if its user may (<c>ALTER ANY CONNECTION</c>, <c>VIEW SERVER STATE</c>); without that right a
/// node that was stopped in the middle of a group holds the others up until its machine goes on or its connection breaks.</remarks>
public sealed class SqlServerHubStore : RelationalHubStore
{
    /// <summary>A store in a database whose schema is there (<see cref="SqlServerMigrations"/>).</summary>
    /// <param name="settings">Where the database is.</param>
    /// <param name="keys">The hub's keys: bodies are sealed.</param>
    /// <param name="clock">Time of the hub.</param>
    /// <param name="log">Failures of the database.</param>
    public SqlServerHubStore(SqlServerSettings settings, IHubKeys keys, TimeProvider clock, ILogger<SqlServerHubStore> log)
        : base(new SqlServerDialect(settings, log), keys, clock, log)
    {
    }
}
