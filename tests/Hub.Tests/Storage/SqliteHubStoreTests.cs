using Hub.Core.Storage;

namespace Hub.Tests.Storage;

public sealed class SqliteHubStoreTests : HubStoreContract
{
    private DataFolder _folder = null!;

    protected override void PutDocument(long version, string document) => _folder.PutDocument(version, document);

    protected override IHubStore Create()
    {
        _folder = new DataFolder();
        return _folder.CreateStore();
    }

    [Test]
    public async Task Begin_WhileOneRuns_IsAMistake()
    {
        await using var running = await Store.BeginAsync();
        Assert.That(async () => await Store.BeginAsync(), Throws.InvalidOperationException);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();
}
