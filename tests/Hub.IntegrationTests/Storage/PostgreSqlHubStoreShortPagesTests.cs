using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

/// <summary>The contract once more, with pages that end after two rows looked at, and what such pages add up to.</summary>
public sealed class PostgreSqlHubStoreShortPagesTests : HubStoreContract
{
    private PostgreSqlStores _stores = null!;

    protected override bool ShortPages => true;

    protected override void PutDocument(long version, string document) => _stores.PutDocument(version, document);

    protected override IHubStore Create()
    {
        _stores = PostgreSqlStores.New();
        return _stores.CreateStore(mostScanned: 2);
    }

    [TearDown]
    public void DropDatabase() => _stores.Dispose();

    [Test]
    public async Task Lists_OfAnyDataByAnyFilter_AddUpToTheUnboundedList([Values(1, 2, 5)] int bound)
    {
        using var stores = PostgreSqlStores.New();
        await Hub.Tests.Storage.ShortPages.AddUpAsync(mostScanned => stores.CreateStore(mostScanned: mostScanned), data: bound, filters: 10 + bound, bound);
    }

    [Test]
    public async Task ListMessages_ByAFilterThatFewPass_EndsAPageAfterTheBound()
    {
        using var stores = PostgreSqlStores.New();
        await using var store = stores.CreateStore(mostScanned: 100);
        await store.OpenAsync();
        var rare = Hub.Contracts.Addresses.MessageType.Parse("vn.rare.v1");
        await store.WriteAsync(async transaction =>
        {
            for (var i = 0; i < 250; i++)
            {
                var message = NewMessage($"m{i}") with { Type = i == 0 ? rare : Document };
                await transaction.InsertMessageAsync(message, default, [NewDelivery(message)]);
            }
        });
        var (pages, query) = (new List<int>(), new MessageQuery { From = Sender, Type = rare });
        do
        {
            var page = await store.ListMessagesAsync(query);
            pages.Add(page.Items.Count);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        Assert.That(pages, Is.EqualTo(new[] { 0, 0, 1 }));
    }
}
