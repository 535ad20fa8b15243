using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    private const string Failed = "recipient-failed";
    private const string Refused = "recipient-rejected";

    [Test]
    public async Task ListDeadGroups_CountsBySystemAndReason_PageByPage([Values(1, 2, 3, 4)] int limit)
    {
        await AddDeadAsync("a", Receiver, Failed, 1);
        await AddDeadAsync("b", Receiver, Failed, 3);
        await AddDeadAsync("c", Receiver, Failed, 2);
        await AddDeadAsync("d", Receiver, Refused, 4);
        await AddDeadAsync("e", Other, Failed, 5);
        await Store.AddAsync(NewMessage("alive"));
        var found = await WalkGroupsAsync(null, limit);
        Assert.That(found, Is.EquivalentTo(new[]
        {
            new DeadGroup(Receiver, Failed, 3, Start.AddMinutes(1), Start.AddMinutes(3), "detail of b"),
            new DeadGroup(Receiver, Refused, 1, Start.AddMinutes(4), Start.AddMinutes(4), "detail of d"),
            new DeadGroup(Other, Failed, 1, Start.AddMinutes(5), Start.AddMinutes(5), "detail of e"),
        }));
        Assert.That((await WalkGroupsAsync(Receiver, limit)).Select(g => g.Problem), Is.EqualTo(new[] { Failed, Refused }));
        Assert.That((await WalkGroupsAsync(Other, limit)).Select(g => g.Count), Is.EqualTo(new[] { 1L }));
        Assert.That(await WalkGroupsAsync(SystemAddress.Parse("H99/none"), limit), Is.Empty);
    }

    [Test]
    public async Task ListDeadGroups_OneReplayed_IsNoLongerCounted()
    {
        var id = await AddDeadAsync("a", Receiver, Failed, 1);
        await Store.WriteAsync(async t => await t.UpdateDeliveryAsync((await t.FindDeliveryAsync(id))! with { State = DeliveryState.Queued, Replays = 1 }));
        Assert.That((await Store.ListDeadGroupsAsync(null, null, 10)).Items, Is.Empty);
    }

    [Test]
    public async Task HasDead_OneOfThatSystemAndReason_IsKnownUntilItIsReplayed()
    {
        var id = await AddDeadAsync("a", Receiver, Failed, 1);
        await AddDeadAsync("b", Other, Refused, 2);
        Assert.That(await Store.HasDeadAsync(Receiver, Failed), Is.True);
        Assert.That(await Store.HasDeadAsync(Receiver, Refused), Is.False);
        Assert.That(await Store.HasDeadAsync(SystemAddress.Parse("H99/none"), Failed), Is.False);
        await Store.WriteAsync(async t => await t.UpdateDeliveryAsync((await t.FindDeliveryAsync(id))! with { State = DeliveryState.Queued, Replays = 1 }));
        Assert.That(await Store.HasDeadAsync(Receiver, Failed), Is.False);
    }

    [TestCase("nonsense")]
    [TestCase("H06.40/qlvb:")]
    [TestCase(":recipient-failed")]
    public void ListDeadGroups_NotACursor_InvalidRequest(string cursor) =>
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await Store.ListDeadGroupsAsync(null, cursor, 10))!.Code, Is.EqualTo(ProblemCode.InvalidRequest));

    private async Task<long> AddDeadAsync(string id, SystemAddress recipient, string problem, int minute)
    {
        var message = NewMessage(id);
        return (await Store.AddAsync(message, NewDelivery(message, recipient) with
        {
            State = DeliveryState.Dead, LastProblem = problem, LastDetail = $"detail of {id}", Changed = Start.AddMinutes(minute),
        }))[0];
    }

    private async Task<List<DeadGroup>> WalkGroupsAsync(SystemAddress? recipient, int limit)
    {
        List<DeadGroup> found = [];
        string? cursor = null;
        do
        {
            var page = await Store.ListDeadGroupsAsync(recipient, cursor, limit);
            Assert.That(page.Items, Has.Count.LessThanOrEqualTo(limit));
            found.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return found;
    }
}
