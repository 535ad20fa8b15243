using Hub.Contracts.Problems;
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
    public void TryGrant_AfterAnythingWasQueued_GoesBehindItUntilAClaimFindsNothing()
    {
        _direct.Close(Pushed);
        Assert.That(IsBehind(), Is.True);
        Open();
        Assert.That(IsBehind(), Is.False);
    }

    [Test]
    public void TryGrant_AClaimLeftSome_Queues()
    {
        _direct.Shut(Pushed);
        Assert.That(_direct.TryGrant(Pushed, 1, Now), Is.Null);
        Open();
        Assert.That(IsBehind(), Is.False);
    }

    [Test]
    public void Open_QueuedSinceTheClaim_GoesBehindThat([Values] bool wasShut)
    {
        if (wasShut) _direct.Shut(Pushed);
        var closings = _direct.Closings(Pushed);
        _direct.Close(Pushed);
        Assert.That(_direct.Open(Pushed, closings, nextDue: null, Now), Is.False);
        Assert.That(IsBehind(), Is.True);
    }

    [Test]
    public void Take_OpenedSinceTheGrant_IsNotBehind()
    {
        _direct.Close(Pushed);
        var (before, during) = (_direct.TryGrant(Pushed, 1, Now)!, _direct.TryGrant(Pushed, 1, Now)!);
        Hand(before);
        Assert.That(_direct.Take(_taker).Single().IsBehind, Is.True);
        Open();
        _direct.Close(Pushed);
        Hand(during);
        Assert.That(_direct.Take(_taker).Single().IsBehind, Is.False);
    }

    [Test]
    public void TryGrant_SomethingElseComesDue_GoesBehindIt()
    {
        Open(nextDue: Now.AddSeconds(1));
        Assert.That(IsBehind(Now.AddMilliseconds(999)), Is.False);
        Assert.That(IsBehind(Now.AddSeconds(1)), Is.True);
    }

    [Test]
    public void TryGrant_LaneFull_Queues_AndOpensAgainOnlyByAClaim()
    {
        var grants = Enumerable.Range(0, new LanePace().Room(Policy)).Select(_ => _direct.TryGrant(Pushed, 1, Now)).ToList();
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
        var lane = new SystemLane(Pushed, new LanePace(), new SystemBreakers());
        for (var i = 0; i < 2; i++)
        {
            lane.Begin(Policy, Now);
            lane.End(new AttemptEnd(1, Now, Policy, new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 403")), Now);
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
        Hand(handed);
        await ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(_direct.Take(_taker).Single().Held.Delivery.Attempts, Is.EqualTo(1));
    }

    private bool? IsBehind(DateTimeOffset? now = null)
    {
        if (_direct.TryGrant(Pushed, 1, now ?? Now) is not { } grant) return null;
        _direct.Return(grant);
        return grant.Behind is not null;
    }

    private void Hand(DirectGrant grant)
    {
        var message = StoreSamples.NewMessage("one");
        _direct.Hand(grant, grant.Claim(StoreSamples.NewDelivery(message, Pushed)), message, new byte[1]);
    }

    [Test]
    public void Open_WhenSomethingCameDueSinceTheClaimLooked_StaysClosed() =>
        Assert.That(_direct.Open(Pushed, _direct.Closings(Pushed), nextDue: Now, Now), Is.False);

    private void Open(DateTimeOffset? nextDue = null)
    {
        var closings = _direct.Closings(Pushed);
        _direct.Update(new SystemLane(Pushed, new LanePace(), new SystemBreakers()), Policy, Now);
        _direct.Open(Pushed, closings, nextDue, Now);
    }
}
