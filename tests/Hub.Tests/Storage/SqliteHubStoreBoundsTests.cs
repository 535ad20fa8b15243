using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>Costs that must not grow with the store: the write-ahead log, and claims among many deliveries.</summary>
public sealed class SqliteHubStoreBoundsTests
{
    private DataFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new DataFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Wal_UnderConstantWritesAndReaders_StaysBounded()
    {
        await using var store = _folder.CreateStore(limits: new WalLimits(Soft: 100, Hard: 400));
        await store.OpenAsync();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await store.ListMessagesAsync(new MessageQuery { Limit = 50 });
        })).ToArray();
        var wal = new FileInfo(Path.Combine(_folder.Path, "hub.db-wal"));
        var (greatest, written) = (0L, 0L);
        for (var group = 0; group < 100; group++)
        {
            await store.WriteAsync(async transaction =>
            {
                for (var i = 0; i < 10; i++)
                {
                    var message = NewMessage($"g{group}-{i}");
                    await transaction.InsertMessageAsync(message, Octets(message.Id), [NewDelivery(message)]);
                    await transaction.WriteTileAsync(0, (group * 10) + i, new byte[8192]);
                }
            });
            written += 10 * 8192;
            wal.Refresh();
            greatest = Math.Max(greatest, wal.Length);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        const long bound = 900 * 4120; // twice the hard limit, and one group
        Assert.That(written, Is.GreaterThan(2 * bound), "far more than the bound went through the log");
        Assert.That(greatest, Is.LessThan(bound));
    }

    [Test]
    public async Task WriteRegistry_OneObjectAmongMany_TouchesOnlyThatObject()
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        RegistryObject[] objects = [.. Enumerable.Range(0, 5000).Select(i => new RegistryObject("rights", $"r-{i}", "{}"))];
        await store.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(1, Start, "hub", null, null, 0, objects)));
        await store.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(2, Start, "hub", null, null, 1, objects)));
        store.TakeSteps();
        await store.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(3, Start, "hub", null, null, 2, [objects[2500]])));
        Assert.That(store.TakeSteps(), Is.LessThan(500));
    }

    [Test]
    public async Task Claim_AmongManyThatWait_TouchesOnlyWhatItTakes()
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        for (var group = 0; group < 10; group++)
        {
            await store.WriteAsync(async transaction =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    var message = NewMessage($"g{group}-{i}") with { Priority = i % 5 };
                    await transaction.InsertMessageAsync(message, default, [NewDelivery(message), NewDelivery(message, Other, due: Start.AddDays(1))]);
                }
            });
        }

        // Counted, not timed: the steps of SQLite's virtual machine.
        Assert.That(await StepsAsync(store, Start, 10), Is.LessThan(5_000));
        Assert.That(await StepsAsync(store, Start, 1000), Is.GreaterThan(5_000), "the counter counts");
        Assert.That(await StepsAsync(store, Start, 10, Other), Is.LessThan(500), "ten thousand that are not due yet");
    }

    [Test]
    public async Task Lane_OfManyThatWait_CostsNoMoreThanAShortOne()
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        for (var group = 0; group < 10; group++)
        {
            await store.WriteAsync(async transaction =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    var message = NewMessage($"g{group}-{i}");
                    await transaction.InsertMessageAsync(message, default, [NewDelivery(message) with { Lane = "long" }]);
                }

                if (group > 0) return;
                var alone = NewMessage("alone");
                await transaction.InsertMessageAsync(alone, default, [NewDelivery(alone) with { Lane = "short" }]);
            });
        }

        Assert.That(await StepsAsync(store, Start, 10), Is.LessThan(1_000), "the first of each lane");
        Assert.That(await StepsAsync(store, Start, 10), Is.LessThan(1_000), "nothing");
        var front = (await store.ListDeliveriesAsync(NewMessage("g0-0").Key)).Single();
        Assert.That(front.State, Is.EqualTo(DeliveryState.Claimed));
        var ending = await store.WriteAsync(async transaction =>
        {
            store.TakeSteps();
            await transaction.UpdateDeliveryAsync(front with { State = DeliveryState.Delivered, Claim = null, ClaimedUntil = null });
            var message = NewMessage("last");
            await transaction.InsertMessageAsync(message, default, [NewDelivery(message) with { Lane = "long" }]);
            return store.TakeSteps();
        });
        Assert.That(ending, Is.LessThan(1_000));
        Assert.That(await StepsAsync(store, Start, 10), Is.LessThan(1_000), "the next one");
        Assert.That((await store.ListDeliveriesAsync(NewMessage("g0-1").Key)).Single().State, Is.EqualTo(DeliveryState.Claimed));
    }

    [Test]
    public async Task ListMessages_ByAFilterThatFewPass_EndsAPageAfterTheBound()
    {
        await using var store = _folder.CreateStore(mostScanned: 100);
        await store.OpenAsync();
        await store.WriteAsync(async transaction =>
        {
            for (var i = 0; i < 250; i++)
            {
                var message = NewMessage($"m{i}") with { Type = i == 0 ? MessageType.Parse("vn.rare.v1") : Document };
                await transaction.InsertMessageAsync(message, default, [NewDelivery(message)]);
            }
        });
        var (pages, query) = (new List<int>(), new MessageQuery { From = Sender, Type = MessageType.Parse("vn.rare.v1") });
        do
        {
            var page = await store.ListMessagesAsync(query);
            pages.Add(page.Items.Count);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        Assert.That(pages, Is.EqualTo(new[] { 0, 0, 1 }));
    }

    [Test]
    public async Task Lists_WhileAllTheirPlacesAreTaken_HoldUpNoOtherRead()
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        var key = NewMessage("m").Key;
        Task[] lists;
        using (store.Lists.Pause(TimeSpan.FromSeconds(30)))
        {
            lists =
            [
                store.ListMessagesAsync(new MessageQuery()).AsTask(),
                store.ListDeliveriesAsync(DeliveryState.Dead, null, null, 10).AsTask(),
                store.ListEntriesAsync(0, 100).AsTask(),
                store.ReadStatisticsAsync().AsTask(),
            ];
            Assert.That(lists.Select(list => list.IsCompleted), Is.All.False);
            Assert.That(store.FindMessageAsync(key).IsCompletedSuccessfully);
            Assert.That(store.ListEntriesAsync(0, 1).IsCompletedSuccessfully, "what a receipt needs");
        }

        await Task.WhenAll(lists);
    }

    private static Task<long> StepsAsync(SqliteHubStore store, DateTimeOffset now, int limit, SystemAddress? recipient = null) => store.WriteAsync(async transaction =>
    {
        store.TakeSteps();
        await transaction.ClaimAsync(recipient ?? Receiver, now, now.AddHours(1), limit);
        await transaction.ListRecipientsDueAsync(now, 10);
        return store.TakeSteps();
    });
}
