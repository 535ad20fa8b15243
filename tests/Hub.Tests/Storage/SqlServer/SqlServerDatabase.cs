using Hub.Adapters.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>A database of its own with the hub's schema, on the server that <c>HUB_TEST_SQLSERVER</c> names: a connection string of a login that
/// may create databases. Build the tests with that variable set, too (the client needs ICU).</summary>
internal sealed class SqlServerDatabase : IDisposable
{
    private readonly string _name = $"hub_test_{Guid.NewGuid():N}";

    private SqlServerDatabase()
    {
    }

    internal string Connection => new SqlConnectionStringBuilder(Server) { InitialCatalog = _name }.ConnectionString;

    internal SqlServerSettings Settings => new() { ConnectionString = Connection };

    private static string Server => Environment.GetEnvironmentVariable("HUB_TEST_SQLSERVER") ?? "";

    /// <summary>Skips the test, or the fixture, where there is no server.</summary>
    internal static void RequireServer()
    {
        if (Server.Length == 0) Assert.Ignore("HUB_TEST_SQLSERVER names no server.");
    }

    internal static SqlServerDatabase New()
    {
        var database = new SqlServerDatabase();
        Execute(Server, $"CREATE DATABASE [{database._name}];");
        SqlServerMigrations.MigrateAsync(database.Connection).GetAwaiter().GetResult();
        return database;
    }

    internal SqlServerHubStore OpenStore() => new(Settings, DataFolder.Keys, TimeProvider.System, NullLogger<SqlServerHubStore>.Instance);

    internal object? Execute(string text, params SqlParameter[] parameters) => Execute(Connection, text, parameters);

    public void Dispose()
    {
        SqlConnection.ClearAllPools();
        Execute(Server, $"ALTER DATABASE [{_name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{_name}];");
    }

    private static object? Execute(string connectionString, string text, params SqlParameter[] parameters)
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        using var command = new SqlCommand(text, connection);
        command.Parameters.AddRange(parameters);
        return command.ExecuteScalar();
    }
}
