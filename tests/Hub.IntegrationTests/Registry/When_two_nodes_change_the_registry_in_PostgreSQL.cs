using Hub.Core.Storage;
using Hub.IntegrationTests.Storage;
using Hub.Tests.Registry.Changes;

namespace Hub.IntegrationTests.Registry;

[TestFixture]
public sealed class When_two_nodes_change_the_registry_in_PostgreSQL : TwoNodesContract
{
    private PostgreSqlStores _stores = null!;
    private IHubStore _second = null!;

    private protected override async ValueTask<(IHubStore First, IHubStore Second)> StoresAsync()
    {
        _stores = PostgreSqlStores.New();
        _second = _stores.CreateStore();
        await _second.OpenAsync();
        return (_stores.CreateStore(), _second);
    }

    private protected override async ValueTask EndAsync()
    {
        await _second.DisposeAsync();
        _stores.Dispose();
    }
}
