using Hub.Core.Storage;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class InMemoryStoreTests : HubStoreContract
{
    protected override IHubStore Create() => new InMemoryStore();

    protected override void PutDocument(long version, string document)
    {
        var store = (InMemoryStore)Store;
        store.State = store.State with { Registry = (version, document) };
    }
}
