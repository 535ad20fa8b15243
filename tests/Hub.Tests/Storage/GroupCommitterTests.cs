using Hub.Core.Storage;

namespace Hub.Tests.Storage;

public sealed class GroupCommitterOverTheReferenceTests : GroupCommitterContract
{
    protected override (IHubStore Store, IDisposable? Folder) NewStore() => (new InMemoryStore(), null);
}

public sealed class GroupCommitterOverASharedStoreTests : GroupCommitterContract
{
    protected override (IHubStore Store, IDisposable? Folder) NewStore() => (new InMemoryStore(shared: true), null);
}

public sealed class GroupCommitterOverSqliteTests : GroupCommitterContract
{
    protected override (IHubStore Store, IDisposable? Folder) NewStore()
    {
        var folder = new DataFolder();
        return (folder.CreateStore(), folder);
    }
}
