using Hub.Adapters.SqlServer;
using Hub.Core.Storage;

namespace Hub.Tests.Storage.SqlServer;

[TestFixture]
public sealed class SqlServerUploadStoreTests : UploadStoreContract
{
    private SqlServerDatabase? _database;

    [OneTimeSetUp]
    public void NewDatabase()
    {
        SqlServerDatabase.RequireServer();
        _database = SqlServerDatabase.New();
    }

    [OneTimeTearDown]
    public void DropDatabase() => _database?.Dispose();

    protected override IUploadStore Create() => new SqlServerUploadStore(_database!.Settings, DataFolder.Keys, TimeProvider.System);

    [TearDown]
    public async Task EmptyAsync()
    {
        if (Uploads is SqlServerUploadStore store) await store.DisposeAsync();
        _database?.Execute("DELETE FROM hub.upload_chunk; DELETE FROM hub.upload;");
    }
}
