using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    [Test]
    public async Task ReadQueues_OfAnEmptyStore_GivesNothing() => Assert.That(await Store.ReadQueuesAsync(Start, 100), Is.Empty);

    [Test]
    public async Task ReadQueues_CountsWhatIsUnfinished_ForEachSystem()
    {
        for (var i = 0; i < 3; i++) await Store.AddAsync(NewMessage($"m{i}") with { Priority = i });
        var later = NewMessage("later");
        await Store.AddAsync(later, NewDelivery(later, Other, Start.AddDays(1)));
        var claimed = (await Store.ClaimAsync(Start, limit: 2))[0];

        Assert.That(await Store.ReadQueuesAsync(Start, 100), Is.EquivalentTo(new[] { new QueueStatistics(Receiver, 3, Start), new QueueStatistics(Other, 1, null) }));
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed with { State = DeliveryState.Delivered }));
        Assert.That((await Store.ReadQueuesAsync(Start, 100)).Select(q => q.Depth), Is.EquivalentTo(new[] { 2L, 1L }));
        Assert.That((await Store.ReadQueuesAsync(Start, 1)).Select(q => q.Depth), Is.EqualTo(new[] { 1L, 1L }));
    }

    [Test]
    public async Task ReadQueues_TheOldest_WaitsSinceItCouldFirstBeDelivered()
    {
        var (urgent, old, held) = (NewMessage("urgent", accepted: Start.AddMinutes(3)) with { Priority = 4 }, NewMessage("old", accepted: Start.AddMinutes(1)), NewMessage("held"));
        await Store.AddAsync(held, NewDelivery(held, due: Start.AddMinutes(2)));
        await Store.AddAsync(old);
        await Store.AddAsync(urgent);
        Assert.That(await OldestAsync(Start), Is.Null, "nothing has come due");
        Assert.That(await OldestAsync(Start.AddMinutes(2)), Is.EqualTo(Start.AddMinutes(1)));

        var claimed = await Store.ClaimAsync(Start.AddMinutes(5));
        foreach (var one in claimed) await Store.WriteAsync(t => t.UpdateDeliveryAsync(one with { State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Due = Start.AddDays(1) }));
        Assert.That(await OldestAsync(Start.AddMinutes(6)), Is.EqualTo(Start), "what waits for its next attempt has waited since it was accepted");
    }

    [Test]
    public async Task ReadQueues_AReplayAtTheFront_DoesNotHideWhatWaitsLonger()
    {
        var replayed = (await Store.AddAsync(NewMessage("replayed")))[0];
        await Store.AddAsync(NewMessage("old", accepted: Start.AddMinutes(1)));
        await Store.WriteAsync(async t => await t.UpdateDeliveryAsync((await t.FindDeliveryAsync(replayed))! with { Due = Start.AddHours(1), Replays = 1, Changed = Start.AddHours(1) }));
        Assert.That(await OldestAsync(Start.AddHours(2)), Is.EqualTo(Start.AddMinutes(1)));
    }

    private async Task<DateTimeOffset?> OldestAsync(DateTimeOffset now) => (await Store.ReadQueuesAsync(now, 100)).Single(q => q.System == Receiver).Oldest;
}
