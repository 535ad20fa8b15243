using Hub.Core.Storage;
using Hub.IntegrationTests.Storage;
using Hub.Tests.Registry.Changes;

namespace Hub.IntegrationTests.Registry;

[TestFixture]
public sealed class When_two_nodes_change_the_registry_in_PostgreSQL : TwoNodesContract
{
    private Func<ValueTask> _end = static () => default;

    private protected override async ValueTask<(IHubStore First, IHubStore Second)> StoresAsync()
    {
        var stores = PostgreSqlStores.New();
        var second = stores.CreateStore();
        _end = async () =>
        {
            await second.DisposeAsync();
            stores.Dispose();
        };
        await second.OpenAsync();
        return (stores.CreateStore(), second);
    }

    private protected override ValueTask EndAsync() => _end();
}
