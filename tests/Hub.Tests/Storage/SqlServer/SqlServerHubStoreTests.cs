using Hub.Core.Storage;
using Microsoft.Data.SqlClient;

namespace Hub.Tests.Storage.SqlServer;

[TestFixture]
public sealed class SqlServerHubStoreTests : HubStoreContract
{
    private SqlServerDatabase? _database;

    [OneTimeSetUp]
    public void RequireServer() => SqlServerDatabase.RequireServer();

    [TearDown]
    public void DropDatabase()
    {
        _database?.Dispose();
        _database = null;
    }

    protected override IHubStore Create() => (_database = SqlServerDatabase.New()).OpenStore();

    protected override void PutDocument(long version, string document) =>
        _database!.Execute("INSERT INTO hub.registry (version, document) VALUES (@version, @document);", new SqlParameter("@version", version), new SqlParameter("@document", document));
}
