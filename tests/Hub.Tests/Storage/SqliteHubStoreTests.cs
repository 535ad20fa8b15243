using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

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

    [Test]
    public async Task FindNextDue_IsTheFirstInstantAfterThisOne_AmongWhatWaits()
    {
        var (soon, later) = (NewMessage("soon"), NewMessage("later"));
        await Store.AddAsync(later, NewDelivery(later, due: Start.AddHours(2)), NewDelivery(later, Other, due: Start.AddMinutes(1)));
        await Store.AddAsync(soon with { Priority = 4 }, NewDelivery(soon, due: Start.AddHours(1)));
        var recipient = NewDelivery(soon).Recipient;
        await using var transaction = await Store.BeginAsync();
        Assert.That(await transaction.FindNextDueAsync(recipient, Start), Is.EqualTo(Start.AddHours(1)));
        Assert.That(await transaction.FindNextDueAsync(recipient, Start.AddHours(1)), Is.EqualTo(Start.AddHours(2)));
        Assert.That(await transaction.FindNextDueAsync(recipient, Start.AddHours(2)), Is.Null);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();
}
