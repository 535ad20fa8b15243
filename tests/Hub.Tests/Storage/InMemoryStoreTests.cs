using Hub.Core.Storage;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class InMemoryStoreTests : HubStoreContract
{
    protected override IHubStore Create() => new InMemoryStore();
}
