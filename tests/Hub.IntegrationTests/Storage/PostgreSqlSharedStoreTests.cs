using Hub.Adapters.Stores.PostgreSql;
using Hub.Core.Storage;

namespace Hub.IntegrationTests.Storage;

public sealed class PostgreSqlSharedStoreTests : SharedStoreContract
{
    private PostgreSqlStores? _stores;

    private protected override IHubStore Create() => (_stores ??= PostgreSqlStores.New()).CreateStore();

    private protected override async Task JoinAsync(IHubStore store, string name, TimeSpan lease)
    {
        var (node, incarnation) = await _stores!.JoinAsync(name, lease);
        ((PostgreSqlHubStore)store).Node = node;
        ((PostgreSqlHubStore)store).Incarnation = incarnation;
    }

    [TearDown]
    public void DropDatabase()
    {
        _stores?.Dispose();
        _stores = null;
    }
}
