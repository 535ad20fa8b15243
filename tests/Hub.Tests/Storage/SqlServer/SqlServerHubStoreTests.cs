using Hub.Adapters.SqlServer;
using Hub.Core.Storage;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>The conformance run on a server, which <c>HUB_TEST_SQLSERVER</c> names: a connection string of a login that may create databases.
/// Build the tests with that variable set, too (the client needs ICU).</summary>
[TestFixture]
public sealed class SqlServerHubStoreTests : HubStoreContract
{
    private string _database = "";

    private static string Server => Environment.GetEnvironmentVariable("HUB_TEST_SQLSERVER") ?? "";

    [OneTimeSetUp]
    public void RequireServer()
    {
        if (Server.Length == 0) Assert.Ignore("HUB_TEST_SQLSERVER names no server.");
    }

    [TearDown]
    public void DropDatabase()
    {
        if (_database.Length == 0) return;
        SqlConnection.ClearAllPools();
        Execute(Server, $"ALTER DATABASE [{_database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{_database}];");
        _database = "";
    }

    protected override IHubStore Create()
    {
        _database = $"hub_test_{Guid.NewGuid():N}";
        Execute(Server, $"CREATE DATABASE [{_database}];");
        SqlServerMigrations.MigrateAsync(Connection).GetAwaiter().GetResult();
        return new SqlServerHubStore(new SqlServerSettings { ConnectionString = Connection }, DataFolder.Keys, TimeProvider.System, NullLogger<SqlServerHubStore>.Instance);
    }

    protected override void PutDocument(long version, string document) =>
        Execute(Connection, "INSERT INTO hub.registry (version, document) VALUES (@version, @document);", new SqlParameter("@version", version), new SqlParameter("@document", document));

    private string Connection => new SqlConnectionStringBuilder(Server) { InitialCatalog = _database }.ConnectionString;

    private static void Execute(string connectionString, string text, params SqlParameter[] parameters)
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        using var command = new SqlCommand(text, connection);
        command.Parameters.AddRange(parameters);
        command.ExecuteNonQuery();
    }
}
