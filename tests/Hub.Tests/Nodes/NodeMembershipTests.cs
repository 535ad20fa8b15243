using Hub.Contracts.Problems;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Nodes;

/// <summary>What a node may do, second by second.</summary>
[TestFixture]
public sealed class NodeMembershipTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private ManualClock _clock = null!;
    private InMemoryNodes _nodes = null!;
    private InMemoryStore _store = null!;
    private NodeBench _a = null!;
    private NodeBench _b = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _clock = new ManualClock();
        _nodes = new InMemoryNodes(_clock, static _ => false);
        _store = new InMemoryStore();
        _a = new NodeBench(_nodes, _store, "a", _clock);
        _b = new NodeBench(_nodes, _store, "b", _clock);
        await _a.StartAsync();
        await _b.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        (_a.Process.IsCutOff, _b.Process.IsCutOff) = (false, false);
        await _b.DisposeAsync();
        await _a.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Test]
    public void Start_FirstNode_HoldsAllDuties_TheSecondNone()
    {
        Assert.That((_a.Node.Number, _b.Node.Number), Is.EqualTo((1, 2)));
        foreach (var duty in Duties.All) Assert.That((_a.Node.TermOf(duty), _b.Node.TermOf(duty)), Is.EqualTo(((long?)1, (long?)null)), duty);
        Assert.That((_a.Node.Trouble, _a.Follower.Calls), Is.EqualTo(((NodeTrouble?)null, 0)), "a start reads everything anyway");
    }

    [Test]
    public async Task Paused_LongerThanTheLease_RefusesWorkBeforeItHasAskedTheStore()
    {
        await PassAsync(5, _b);
        Assert.That(_a.Node.Trouble!.Cause, Is.EqualTo("lease"));
        Assert.That(NodeBench.CodeOf(() => _a.WriteAsync("late")), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(NodeBench.CodeOf(() => Task.Run(_a.Node.RequireFit)), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That((_a.Node.TermOf(Duties.Expiry), _a.Duty.TryBegin()), Is.EqualTo(((long?)null, false)));
        Assert.That(await _b.HasAsync("late"), Is.False);
    }

    [Test]
    public async Task Paused_InTheMiddleOfAGroup_CommitsNothingOfIt()
    {
        Assert.That(NodeBench.CodeOf(() => _a.WriteAsync("late", meanwhile: () => PassAsync(5, _b))), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(await _b.HasAsync("late"), Is.False);
        await _b.WriteAsync("in time");
        Assert.That(await _b.HasAsync("in time"), Is.True);
    }

    [Test]
    public async Task LeaseLost_JoinsAgain_AndWorksOnceItHasCaughtUp()
    {
        var before = _a.Node.Incarnation;
        await PassAsync(6, _b);
        await _a.TickAsync();
        Assert.That(_a.Node.Trouble!.Cause, Is.EqualTo("lease"));
        await _a.TickAsync();
        Assert.That((_a.Node.Incarnation > before, _a.Node.Number, _a.Node.Trouble!.Cause), Is.EqualTo((true, 1, "registry")));
        await PassAsync(2, _a);
        Assert.That((_a.Node.Trouble!.Cause, _a.Follower.Calls), Is.EqualTo(("registry", 1)), "beats go on meanwhile");
        _a.Follower.Let.SetResult();
        await UntilAsync(_a, static node => node.Trouble is null);
        await _a.WriteAsync("again");
        Assert.That(await _a.HasAsync("again"), Is.True);
    }

    [Test]
    public async Task CatchUpFails_IsTriedAgain()
    {
        await PassAsync(6, _b);
        await _a.TickAsync();
        await _a.TickAsync();
        _a.Follower.Let.SetException(new IOException("The store cannot be reached (injected)."));
        await UntilAsync(_a, _ => _a.Follower.Calls >= 2);
        Assert.That(_a.Node.Trouble!.Cause, Is.EqualTo("registry"));
        _a.Follower.Let = new TaskCompletionSource();
        _a.Follower.Let.SetResult();
        await UntilAsync(_a, static node => node.Trouble is null);
    }

    [Test]
    public async Task CutOff_ForLessThanTheLease_GoesOnAsTheSameIncarnation()
    {
        var (before, term) = (_a.Node.Incarnation, _a.Node.TermOf(Duties.Expiry));
        _a.Process.IsCutOff = true;
        await PassAsync(3, _a);
        Assert.That(_a.Node.Trouble, Is.Null);
        _a.Process.IsCutOff = false;
        await PassAsync(3, _a);
        Assert.That((_a.Node.Incarnation, _a.Node.TermOf(Duties.Expiry), _a.Node.Trouble), Is.EqualTo((before, term, (NodeTrouble?)null)));
    }

    [Test]
    public async Task CutOff_ForLonger_StopsByItself_AndComesBackByItself()
    {
        _a.Process.IsCutOff = true;
        await PassAsync(5, _a, _b);
        Assert.That(_a.Node.Trouble!.Cause, Is.EqualTo("lease"));
        _a.Process.IsCutOff = false;
        _a.Follower.Let.SetResult();
        await UntilAsync(_a, static node => node.Trouble is null);
    }

    [Test]
    public async Task Duties_HolderDies_AreTheOthersWithinASecondOfTheLeasesEnd_InTheNextTerm()
    {
        await PassAsync(4, _b);
        Assert.That(_b.Node.TermOf(Duties.Takeover), Is.Null);
        await PassAsync(2, _b);
        foreach (var duty in Duties.All) Assert.That(_b.Node.TermOf(duty), Is.EqualTo(2), duty);
    }

    [Test]
    public async Task Duty_LostInTheMiddle_EndsTheWorkAtItsNextCommit_ForGood()
    {
        Assert.That(_a.Duty.TryBegin(), Is.True);
        await _a.WriteAsync("begun", _a.Duty);
        await PassAsync(6, _b);
        Assert.ThrowsAsync<DutyLostException>(() => _a.WriteAsync("late", _a.Duty));
        _a.Follower.Let.SetResult();
        await UntilAsync(_a, static node => node.Trouble is null);
        Assert.ThrowsAsync<DutyLostException>(() => _a.WriteAsync("late", _a.Duty));
        await _b.Membership.DisposeAsync();
        await _a.TickAsync();
        Assert.That(_a.Node.TermOf(Duties.Takeover), Is.EqualTo(3));
        Assert.ThrowsAsync<DutyLostException>(() => _a.WriteAsync("late", _a.Duty), "it was begun in the first term");
        Assert.That((_a.Duty.TryBegin(), await _a.HasAsync("begun"), await _a.HasAsync("late")), Is.EqualTo((true, true, false)));
        await _a.WriteAsync("anew", _a.Duty);
    }

    [Test]
    public async Task Duty_TheNodeBelievesTooLong_TheStoreRefusesTheCommit()
    {
        var own = new ManualClock();
        await using var slow = new NodeBench(_nodes, _store, "slow", own);
        await _a.Membership.DisposeAsync();
        await slow.StartAsync();
        Assert.That(slow.Duty.TryBegin(), Is.True);
        await PassAsync(5, _b);
        Assert.That((slow.Node.TermOf(Duties.Takeover), slow.Node.Trouble), Is.EqualTo(((long?)1 + 1, (NodeTrouble?)null)), "its own clock stands");
        Assert.That(NodeBench.CodeOf(() => slow.WriteAsync("late", slow.Duty)), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(await _b.HasAsync("late"), Is.False);
        await slow.TickAsync();
        Assert.That(slow.Node.Trouble!.Cause, Is.EqualTo("lease"), "the store told it");
    }

    [TestCase(2.1, true)]
    [TestCase(-2.1, true)]
    [TestCase(1.9, false)]
    public async Task Clock_DiffersFromTheStores_TakesNoNewWork_AndRecordsWhatItHolds(double seconds, bool isTooMuch)
    {
        _a.Process.ClockOff = TimeSpan.FromSeconds(seconds);
        await _a.TickAsync();
        Assert.That(_a.Node.Trouble?.Cause, Is.EqualTo(isTooMuch ? "clock" : null));
        if (!isTooMuch) return;
        Assert.That(NodeBench.CodeOf(() => Task.Run(_a.Node.RequireFit)), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(_a.Duty.TryBegin(), Is.False);
        await _a.WriteAsync("outcome");
        _a.Process.ClockOff = TimeSpan.Zero;
        await _a.TickAsync();
        Assert.That(_a.Node.Trouble, Is.Null);
    }

    [TestCase(10, 0, 10)]
    [TestCase(10, 4, 8)]
    [TestCase(-10, 4, -8)]
    [TestCase(2, 6, 0)]
    public void Difference_HalfTheRoundTripMayBeError(double seconds, double trip, double certain)
    {
        var store = _clock.GetUtcNow();
        var received = store + TimeSpan.FromSeconds(seconds + (trip / 2));
        Assert.That(NodeStanding.Difference(store, received, TimeSpan.FromSeconds(trip)), Is.EqualTo(TimeSpan.FromSeconds(certain)));
    }

    [Test]
    public async Task Name_TakenByAnotherProcess_StandsBackForALease()
    {
        await using var other = new NodeBench(_nodes, _store, "a", _clock);
        await other.StartAsync();
        Assert.That(NodeBench.CodeOf(() => _a.WriteAsync("late")), Is.EqualTo(ProblemCode.Unavailable), "the store knows before the node");
        for (var second = 0; second < 5; second++)
        {
            await PassAsync(1, _a, other);
            Assert.That((_a.Node.Trouble?.Cause, other.Node.Trouble), Is.EqualTo(("lease", (NodeTrouble?)null)));
        }
    }

    [Test]
    public async Task Dispose_LeavesAtOnce()
    {
        await _a.Membership.DisposeAsync();
        await _b.TickAsync();
        Assert.That((_a.Node.Trouble!.Cause, _b.Node.TermOf(Duties.Expiry)), Is.EqualTo(("lease", (long?)2)));
    }

    [Test]
    public async Task SoleNode_PausedForLong_LosesNothing()
    {
        var node = new ThisNode(_clock);
        await using var sole = new NodeMembership(
            new SoleNode(_clock), node, new NodePart(new NodeCard("only", null, "1.0.0"), Duties.All), new Lazy<IEnumerable<ICatchUp>>([]), _clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<NodeMembership>.Instance);
        await sole.TickAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.That((node.Trouble, node.Number, node.TermOf(Duties.Retention)), Is.EqualTo(((NodeTrouble?)null, 1, (long?)1)));
    }

    [Test]
    public void ThisNode_ThatNeverJoined_IsAlone()
    {
        var node = new ThisNode();
        node.RequireFit();
        node.RequireLease();
        Assert.That((node.Trouble, node.Number, node.Incarnation, node.TermOf("any")), Is.EqualTo(((NodeTrouble?)null, 1, 0L, (long?)1)));
    }

    /// <summary>Seconds pass; after each, those who live beat.</summary>
    private async Task PassAsync(int seconds, params NodeBench[] living)
    {
        for (var second = 0; second < seconds; second++)
        {
            _clock.Advance(Second);
            foreach (var node in living) await node.TickAsync();
        }
    }

    /// <summary>Beats, without time passing, until something holds.</summary>
    private static async Task UntilAsync(NodeBench node, Func<ThisNode, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds(node.Node))
        {
            patience.Token.ThrowIfCancellationRequested();
            await node.TickAsync();
            await Task.Yield();
        }
    }
}
