using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class DirectHandoverTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly DeliveryPolicy Policy = new() { MaxInFlight = 2 };
    private DirectTaker _taker = null!;
    private DirectHandover _direct = null!;

    [SetUp]
    public void Begin()
    {
        _taker = new DirectTaker(new ThisNode(), new OctetBudget(1_000), static () => { });
        _direct = new DirectHandover();
        _direct.Begin(_taker);
        Open();
    }

    [Test]
    public void TryGrant_UnknownSystem_Queues() => Assert.That(_direct.TryGrant(Puller, 1, Now), Is.Null);

    [Test]
    public void TryGrant_AfterAnythingWasQueued_QueuesUntilAClaimFindsNothing()
    {
        _direct.Close(Pushed);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
        Open();
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Not.Null);
    }

    [Test]
    public void Open_QueuedSinceTheClaim_StaysClosed()
    {
        var closings = _direct.Closings(Pushed);
        _direct.Close(Pushed);
        _direct.Open(Pushed, closings, nextDue: null);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
    }

    [Test]
    public void TryGrant_SomethingElseComesDue_Queues()
    {
        Open(nextDue: Now.AddSeconds(1));
        Assert.That(_direct.TryGrant(Pushed, 1, Now.AddMilliseconds(999)), Is.Not.Null);
        Assert.That(_direct.TryGrant(Pushed, 1, Now.AddSeconds(1)), Is.Null);
    }

    [Test]
    public void TryGrant_LaneFull_Queues_AndOpensAgainOnlyByAClaim()
    {
        var grants = Enumerable.Range(0, SystemLane.Most(Policy)).Select(_ => _direct.TryGrant(Pushed, 1, Now)).ToList();
        Assert.That(grants, Has.None.Null);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
        _direct.Return(grants[0]!);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null, "one was queued meanwhile");
        Open();
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Not.Null);
    }

    [Test]
    public void TryGrant_Suspect_Queues()
    {
        var lane = new SystemLane(Pushed);
        for (var i = 0; i < 2; i++)
        {
            lane.Begin(Now);
            lane.End(Now, failed: true);
        }

        _direct.Update(lane, Policy, Now);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
    }

    [Test]
    public void TryGrant_OctetsBeyondHalfTheBudget_Queues_UntilRoomIsGivenBack()
    {
        var large = _direct.TryGrant(Pushed, 500, Now)!;
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
        _direct.Return(large);
        Open();
        using var room = _direct.TryGrant(Pushed, 500, Now)!.Room;
        Assert.That(room, Is.Not.Null);
    }

    [Test]
    public async Task End_WithGrantsOut_WaitsForThem_AndGivesNoMore()
    {
        var (returned, handed) = (_direct.TryGrant(Pushed, 1, Now)!, _direct.TryGrant(Pushed, 1, Now)!);
        var ended = _direct.EndAsync(_taker);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
        _direct.Return(returned);
        Assert.That(ended.IsCompleted, Is.False);
        var message = StoreSamples.NewMessage("one");
        _direct.Hand(handed, handed.Claim(StoreSamples.NewDelivery(message, Pushed)), message, new byte[1]);
        await ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(_direct.Take(_taker).Single().Delivery.Attempts, Is.EqualTo(1));
    }

    private void Open(DateTimeOffset? nextDue = null)
    {
        var closings = _direct.Closings(Pushed);
        _direct.Update(new SystemLane(Pushed), Policy, Now);
        _direct.Open(Pushed, closings, nextDue);
    }
}
