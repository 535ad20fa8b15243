using Hub.Core.Storage;
using Hub.Tests.Storage;

namespace Hub.IntegrationTests.Storage;

public sealed class PostgreSqlHubStoreTests : HubStoreContract
{
    private PostgreSqlStores _stores = null!;

    protected override void PutDocument(long version, string document) => _stores.PutDocument(version, document);

    protected override IHubStore Create()
    {
        _stores = PostgreSqlStores.New();
        return _stores.CreateStore();
    }

    [TearDown]
    public void DropDatabase() => _stores.Dispose();
}

public sealed class GroupCommitterOverPostgreSqlTests : GroupCommitterContract
{
    protected override (IHubStore Store, IDisposable? Folder) NewStore()
    {
        var stores = PostgreSqlStores.New();
        return (stores.CreateStore(), stores);
    }
}
