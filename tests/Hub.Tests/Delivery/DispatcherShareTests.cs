using Hub.Contracts.Addresses;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>How the dispatcher shares what it has among systems.</summary>
public class DispatcherShareTests
{
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [TestCase(3)]
    [TestCase(6)]
    [TestCase(9)]
    public async Task Backlog_OfManyLanes_EachGetsItsShare(int lanes)
    {
        var systems = await SystemsAsync(lanes, mostInFlight: 1_000);
        const int Measured = 80;
        await Task.WhenAll(systems.SelectMany(s => Enumerable.Range(0, Measured * 2).Select(i => _bench.AcceptAsync($"{s.Address.Agency}-{i}", s.Address))));
        _bench.Dispatch();
        await _bench.Channel.SentAsync(Measured * lanes);
        var shares = _bench.Channel.Sent.Take(Measured * lanes).CountBy(s => s.Recipient.Address).ToDictionary();
        Assert.That(systems.Select(s => shares.GetValueOrDefault(s.Address)), Is.All.InRange(Measured * 0.8, Measured * 1.2));
    }

    [Test]
    public async Task Claim_WhileItCommits_OtherAttemptsEndAndStart()
    {
        var systems = await SystemsAsync(1, mostInFlight: 1);
        var gate = new SemaphoreSlim(0);
        _bench.Channel.Partner = async (_, token) =>
        {
            await gate.WaitAsync(token);
            return new AttemptOutcome.Delivered();
        };
        for (var i = 0; i < 3; i++) await _bench.AcceptAsync($"m{i}", systems[0].Address);
        _bench.Dispatch();
        await _bench.Channel.SentAsync(1);
        var (held, goOn) = _bench.Committer.Hold();
        _bench.Signals.Notify(Pushed);
        await held.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Release();
        await _bench.Channel.SentAsync(2);
        goOn.SetResult();
    }

    [Test]
    public async Task Octets_BeyondTheBudget_OneAttemptAtATime()
    {
        var systems = await SystemsAsync(4, mostInFlight: 4);
        foreach (var system in systems) await _bench.AcceptAsync($"{system.Address.Agency}", system.Address);
        var (now, most) = (0, 0);
        _bench.Channel.Partner = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return new AttemptOutcome.Delivered();
        };
        _bench.Dispatch(new OctetBudget(1));
        await _bench.UntilAsync(async () => (await _bench.Store.ReadStatisticsAsync()).Deliveries.GetValueOrDefault(DeliveryState.Delivered) == 4);
        Assert.That(most, Is.EqualTo(1));
    }

    [Test]
    public async Task Octets_NoRoomForLong_IsGivenBackWithoutAnAttempt()
    {
        var budget = new OctetBudget(1);
        var taken = await budget.TakeAsync(1, TimeSpan.FromSeconds(1), _bench.Clock, CancellationToken.None);
        _bench.Dispatch(budget);
        var key = await _bench.AcceptAsync("1", Pushed);
        var first = await _bench.UntilAsync(key, DeliveryState.Claimed);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!budget.IsShort)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        _bench.Clock.Advance(TimeSpan.FromSeconds(4));
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)).Claim != first.Claim);
        Assert.That(_bench.Channel.Sent, Is.Empty);
        taken!.Dispose();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await _bench.UntilAsync(key, DeliveryState.Delivered)).Attempts, Is.EqualTo(1));
    }

    [Test]
    public async Task Start_ClaimNearlyOverBehindAFreshOne_IsClaimedAfreshFirst()
    {
        var (start, policy, budget) = (_bench.Clock.GetUtcNow(), _bench.Registry.Current.FindSystem(Pushed)!.Policy, new OctetBudget(1));
        var taken = await budget.TakeAsync(1, TimeSpan.FromHours(1), _bench.Clock, CancellationToken.None);
        var waiting = budget.TakeAsync(1, TimeSpan.FromHours(1), _bench.Clock, CancellationToken.None);
        var retried = await _bench.AcceptAsync("1", Pushed, notBefore: start.AddSeconds(24));
        var behind = await _bench.AcceptAsync("2", Pushed);
        _bench.Dispatch(budget);
        await _bench.UntilAsync(behind, DeliveryState.Claimed);
        _bench.Clock.Advance(TimeSpan.FromSeconds(24));
        await _bench.UntilAsync(retried, DeliveryState.Claimed);
        // Claimed by the next claim, so the dispatcher has the one before in its hands.
        await _bench.UntilAsync(await _bench.AcceptAsync("3", Pushed), DeliveryState.Claimed);
        _bench.Clock.Advance(TimeSpan.FromSeconds(2));
        taken!.Dispose();
        (await waiting)!.Dispose();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await _bench.UntilAsync(retried, DeliveryState.Delivered);
        await _bench.UntilAsync(behind, DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Select(static o => o.Delivery.ClaimedUntil), Is.All.GreaterThanOrEqualTo(start.AddSeconds(26 + 5) + policy.Timeout), "a claim outlasts its attempt");
    }

    private async Task<AgencySystem[]> SystemsAsync(int count, int mostInFlight)
    {
        await _bench.DisposeAsync();
        var systems = Enumerable.Range(50, count).Select(i => new AgencySystem
        {
            Address = SystemAddress.Parse($"H06.{i}/qlvb"), Name = "Busy", Channel = new ChannelSettings("push", new Uri("https://busy.example/in")),
            Policy = new DeliveryPolicy { MaxInFlight = mostInFlight },
        }).ToArray();
        _bench = await StartAsync(Content(null, systems));
        return systems;
    }
}
