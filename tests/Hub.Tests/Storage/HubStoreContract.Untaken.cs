using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    [Test]
    public async Task InsertDelivery_ToAnAcceptedMessage_IsLikeItsOthers()
    {
        var message = NewMessage("a") with { Priority = 3, Expires = Start.AddHours(2) };
        var first = (await Store.AddAsync(message))[0];
        var moved = NewDelivery(message, Other) with { Role = RecipientRole.Info, Why = "successor-of:H06.40", Due = Start.AddHours(1), Since = Start.AddHours(1), Changed = Start.AddHours(1) };

        var id = await Store.WriteAsync(t => t.InsertDeliveryAsync(message, moved));

        Assert.That(id, Is.GreaterThan(first));
        Assert.That(await Store.FindDeliveryAsync(id), Is.EqualTo(moved with { Id = id }));
        Assert.That((await Store.ListDeliveriesAsync(message.Key)).Select(d => d.Id), Is.EqualTo(new[] { first, id }));
        Assert.That(await Store.ClaimAsync(Start.AddHours(1).AddTicks(-1), recipient: Other), Is.Empty);
        Assert.That(await Store.ClaimAsync(Start.AddHours(1), recipient: Other), Has.Count.EqualTo(1));
        Assert.That((await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddHours(3), 10))).Select(d => d.Recipient), Has.Member(Other));
        Assert.That((await Store.ReadStatisticsAsync()).Deliveries.Values.Sum(), Is.EqualTo(2));
    }

    [Test]
    public async Task InsertDelivery_ToARecipientThatHasOne_IsAMistake()
    {
        var message = NewMessage("a");
        await Store.AddAsync(message);
        Assert.That(async () => await Store.WriteAsync(t => t.InsertDeliveryAsync(message, NewDelivery(message))), Throws.Exception);
        Assert.That(await Store.ListDeliveriesAsync(message.Key), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ListUntaken_GivesWhatNobodyHolds_WithoutTheProtocol()
    {
        await Store.AddAsync(NewMessage("settled"));
        await Store.WriteAsync(async t => await t.UpdateDeliveryAsync((await t.ClaimAsync(Receiver, Start, Start.AddHours(9), 1))[0] with { State = DeliveryState.Delivered, ClaimedUntil = null }));
        await Store.AddAsync(NewMessage("lapsed"));
        await Store.ClaimAsync(Start, duration: TimeSpan.FromMinutes(1));
        await Store.AddAsync(NewMessage("held"));
        await Store.ClaimAsync(Start, duration: TimeSpan.FromHours(9));
        var later = NewMessage("later");
        await Store.AddAsync(later, NewDelivery(later, due: Start.AddDays(9)), NewDelivery(later, Other));
        await Store.AddAsync(NewMessage("queued"));
        await Store.AddAsync(NewMessage("ack") with { Type = MessageType.Acknowledgement });

        Assert.That(await UntakenAsync(Start.AddMinutes(1)), Is.EqualTo(new[] { "lapsed", "later", "queued" }));
        Assert.That(await UntakenAsync(Start.AddMinutes(1).AddTicks(-1)), Is.EqualTo(new[] { "later", "queued" }));
        Assert.That(await UntakenAsync(Start.AddHours(9)), Is.EqualTo(new[] { "lapsed", "held", "later", "queued" }));
    }

    [Test]
    public async Task ListUntaken_PageByPage_GivesEachOnce()
    {
        for (var i = 0; i < 5; i++) await Store.AddAsync(NewMessage($"m{i}"));
        var (seen, after) = (new List<long>(), 0L);
        while (await Store.ListUntakenAsync(Receiver, Start, after, 2) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(d => d.Id));
            after = seen[^1];
        }

        Assert.That(seen, Has.Count.EqualTo(5).And.Ordered.And.Unique);
    }

    [Test]
    public async Task ListUnfinishedRecipients_GivesEachSystemThatHasQueuedOrClaimedOnes()
    {
        Assert.That(await Store.ListUnfinishedRecipientsAsync(), Is.Empty);
        var (held, later) = (NewMessage("held"), NewMessage("later"));
        await Store.AddAsync(held, NewDelivery(held, Other));
        await Store.ClaimAsync(Start, recipient: Other, duration: TimeSpan.FromDays(1));
        for (var i = 0; i < 3; i++) await Store.AddAsync(NewMessage($"m{i}"));
        await Store.AddAsync(later, NewDelivery(later, Sender, Start.AddDays(9)));
        Assert.That(await Store.ListUnfinishedRecipientsAsync(), Is.EquivalentTo(new[] { Receiver, Other, Sender }));

        foreach (var claimed in await Store.ClaimAsync(Start)) await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed with { State = DeliveryState.Delivered }));
        Assert.That(await Store.ListUnfinishedRecipientsAsync(), Is.EquivalentTo(new[] { Other, Sender }));
    }

    [Test]
    public async Task ListBacklogs_CountsWhatIsQueuedOrClaimed_OfThoseThatHaveEnough()
    {
        var (held, later) = (NewMessage("held"), NewMessage("later"));
        await Store.AddAsync(held, NewDelivery(held, Other));
        await Store.ClaimAsync(Start, recipient: Other, duration: TimeSpan.FromDays(1));
        await Store.AddAsync(later, NewDelivery(later, Other, Start.AddDays(9)));
        for (var i = 0; i < 4; i++) await Store.AddAsync(NewMessage($"m{i}"));
        foreach (var claimed in await Store.ClaimAsync(Start, recipient: Receiver, limit: 1)) await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed with { State = DeliveryState.Delivered }));
        Assert.That(await Store.ListBacklogsAsync(1), Is.EquivalentTo(new[] { KeyValuePair.Create(Receiver, 3L), KeyValuePair.Create(Other, 2L) }));
        Assert.That(await Store.ListBacklogsAsync(3), Is.EqualTo(new[] { KeyValuePair.Create(Receiver, 3L) }));
        Assert.That(await Store.ListBacklogsAsync(4), Is.Empty);
    }

    [Test]
    public async Task Claim_OfTheProtocolOnly_LeavesTheRest()
    {
        await Store.AddAsync(NewMessage("document"));
        await Store.AddAsync(NewMessage("ack") with { Type = MessageType.Acknowledgement });
        var claimed = await Store.WriteAsync(t => t.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 10, protocolOnly: true));
        Assert.That(await IdsAsync(claimed), Is.EqualTo(new[] { "ack" }));
        Assert.That(await IdsAsync(await Store.ClaimAsync(Start)), Is.EqualTo(new[] { "document" }));
    }

    private async Task<string[]> UntakenAsync(DateTimeOffset now) => await IdsAsync(await Store.ListUntakenAsync(Receiver, now, 0, 100));
}
