using Hub.Adapters.Stores.PostgreSql;

namespace Hub.IntegrationTests.Postgres;

/// <summary>The hub's tables in a new database, made as its owner.</summary>
internal static class HubSchema
{
    internal static Task CreateAsync(PostgresDatabase database) => PostgreSqlMigrations.MigrateAsync(database.Owner, PostgresServer.ApplicationRole);
}
