using Hub.Contracts.Addresses;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    private const string Lane = "H06/qlvb c1";

    [Test]
    public async Task Lane_MembersOfADelivery_AreKept()
    {
        var message = NewMessage("a");
        var laned = NewDelivery(message) with { Lane = "H06/qlvb vụ việc 7", LanePlace = -3, HoldsLane = true };
        var id = (await Store.AddAsync(message, laned))[0];
        Assert.That(await Store.FindDeliveryAsync(id), Is.EqualTo(laned with { Id = id }));
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(laned with { Id = id, State = DeliveryState.Dead }));
        Assert.That(await Store.FindDeliveryAsync(id), Is.EqualTo(laned with { Id = id, State = DeliveryState.Dead }));
    }

    [Test]
    public async Task Claim_OfALane_TakesOnlyTheFirst_WhateverItsPriority()
    {
        await AddToLaneAsync("second", place: 2, priority: 4);
        await AddToLaneAsync("first", place: 1);
        await AddToLaneAsync("first too", place: 1, priority: 4);
        await AddToLaneAsync("other lane", lane: "H06/qlvb c2");
        await Store.AddAsync(NewMessage("unordered"));

        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "first", "other lane", "unordered" }));
        Assert.That(await TakeAsync(Start), Is.Empty);
        Assert.That(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10)), Is.Empty, "what stands behind is not due");
        await EndAsync("first", DeliveryState.Delivered);
        Assert.That(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10)), Is.EqualTo(new[] { Receiver }));
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "first too" }));
        await EndAsync("first too", DeliveryState.Acknowledged);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "second" }));
    }

    [Test]
    public async Task Claim_OfALane_IsEachRecipientsOwn()
    {
        foreach (var id in new[] { "1", "2" })
        {
            var message = NewMessage(id);
            await Store.AddAsync(message, Laned(message), Laned(message, Other));
        }

        await TakeAsync(Start);
        await EndAsync("1", DeliveryState.Delivered);
        Assert.That(await IdsAsync(await Store.ClaimAsync(Start, recipient: Other)), Is.EqualTo(new[] { "1" }));
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task Claim_WhileTheFirstIsNotDue_TakesNoneOfItsLane()
    {
        await AddToLaneAsync("first", due: Start.AddHours(1));
        await AddToLaneAsync("second");
        Assert.That(await TakeAsync(Start), Is.Empty);
        Assert.That(await TakeAsync(Start.AddHours(1)), Is.EqualTo(new[] { "first" }));
        await EndAsync("first", DeliveryState.Queued, due: Start.AddHours(2));
        Assert.That(await TakeAsync(Start.AddHours(2).AddTicks(-10)), Is.Empty);
        Assert.That(await TakeAsync(Start.AddHours(2)), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public async Task Claim_ClaimOfTheFirstEnded_TakesTheFirstAgain()
    {
        await AddToLaneAsync("first");
        await AddToLaneAsync("second");
        await TakeAsync(Start);
        Assert.That(await TakeAsync(Start.AddMinutes(1)), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public async Task Claim_SmallerPlaceCameWhileALaterOneIsHeld_GoesFirstFromThenOn()
    {
        await AddToLaneAsync("later", place: 7);
        await Store.ClaimAsync(Start, node: 1);
        await AddToLaneAsync("earlier", place: 3);
        Assert.That(await Store.WriteAsync(t => t.ReleaseClaimsAsync(1, Start, 10)), Has.Count.EqualTo(1));
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "earlier" }));
        await EndAsync("earlier", DeliveryState.Delivered);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "later" }));
    }

    [TestCase(DeliveryState.Expired, false)]
    [TestCase(DeliveryState.Cancelled, false)]
    [TestCase(DeliveryState.Dead, true)]
    public async Task Claim_FirstIsDead_WaitsForItWhenItHolds(DeliveryState end, bool holds)
    {
        await AddToLaneAsync("first", holds: true);
        await AddToLaneAsync("second", holds: true);
        await AddToLaneAsync("other lane", lane: "H06/qlvb c2", holds: true);
        await TakeAsync(Start);
        await EndAsync("first", end);
        Assert.That(await TakeAsync(Start), holds ? Is.Empty : Is.EqualTo(new[] { "second" }));
        if (!holds) return;

        Assert.That(await Store.ListUnfinishedRecipientsAsync(), Is.EqualTo(new[] { Receiver }));
        Assert.That((await Store.ListUntakenAsync(Receiver, Start, 0, 10)).Count, Is.EqualTo(1), "the one behind it");
        await EndAsync("first", DeliveryState.Queued);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "first" }), "replayed");
        await EndAsync("first", DeliveryState.Dead);
        await EndAsync("first", DeliveryState.Cancelled);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "second" }));
    }

    [Test]
    public async Task Claim_FirstIsDeadAndDoesNotHold_GoesOn_AndAReplayGoesFirstAgain()
    {
        foreach (var id in new[] { "first", "second", "third" }) await AddToLaneAsync(id);
        await TakeAsync(Start);
        await EndAsync("first", DeliveryState.Dead);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "second" }));
        await EndAsync("first", DeliveryState.Queued);
        await EndAsync("second", DeliveryState.Delivered);
        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public async Task InsertDelivery_InALane_TakesItsPlace()
    {
        await AddToLaneAsync("second", place: 2, recipient: Other);
        var first = NewMessage("first");
        await Store.AddAsync(first, Laned(first));
        await Store.WriteAsync(t => t.InsertDeliveryAsync(first, Laned(first, Other) with { LanePlace = 1 }));
        Assert.That(await IdsAsync(await Store.ClaimAsync(Start, recipient: Other)), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public async Task ListExpired_GivesWhatStandsBehind()
    {
        await AddToLaneAsync("first");
        var second = NewMessage("second") with { Expires = Start.AddMinutes(1) };
        await Store.AddAsync(second, Laned(second));
        Assert.That(await IdsAsync(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddMinutes(1), 10))), Is.EqualTo(new[] { "second" }));
        Assert.That((await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10))).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task RolledBack_LaneIsAsBefore()
    {
        await AddToLaneAsync("second", place: 2);
        await using (var undone = await Store.BeginAsync())
        {
            var first = NewMessage("first");
            await undone.InsertMessageAsync(first, Octets("first"), [Laned(first) with { LanePlace = 1 }]);
        }

        Assert.That(await TakeAsync(Start), Is.EqualTo(new[] { "second" }));
    }

    private protected static DeliveryRecord Laned(MessageRecord message, SystemAddress? recipient = null) => NewDelivery(message, recipient) with { Lane = Lane };

    private async Task AddToLaneAsync(string id, long place = 0, int priority = 0, string lane = Lane, DateTimeOffset? due = null, bool holds = false, SystemAddress? recipient = null)
    {
        var message = NewMessage(id) with { Priority = priority };
        await Store.AddAsync(message, NewDelivery(message, recipient, due) with { Lane = lane, LanePlace = place, HoldsLane = holds });
    }

    private async Task<string[]> TakeAsync(DateTimeOffset now) => [.. (await IdsAsync(await Store.ClaimAsync(now))).Order(StringComparer.Ordinal)];

    private async Task EndAsync(string id, DeliveryState state, DateTimeOffset? due = null)
    {
        var delivery = (await Store.ListDeliveriesAsync(NewMessage(id).Key)).Single(d => d.Recipient == Receiver);
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(delivery with { State = state, Claim = null, ClaimedUntil = null, Due = due ?? Start, Changed = Start }));
    }
}
