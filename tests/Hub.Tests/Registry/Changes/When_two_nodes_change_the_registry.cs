using Hub.Core.Storage;
using Hub.Tests.Storage;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class When_two_nodes_change_the_registry : TwoNodesContract
{
    private protected override ValueTask<(IHubStore First, IHubStore Second)> StoresAsync()
    {
        var store = new InMemoryStore(shared: true);
        return new((store, store));
    }

    private protected override async ValueTask<IAsyncDisposable> HoldAsync(IHubStore store) => await store.BeginAsync();
}
