using Hub.Core.Storage;

namespace Hub.Tests.Storage;

public sealed class SqliteHubStoreTests : HubStoreContract
{
    private DataFolder _folder = null!;

    protected override IHubStore Create()
    {
        _folder = new DataFolder();
        return _folder.CreateStore();
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();
}
