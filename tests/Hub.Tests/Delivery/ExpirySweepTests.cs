using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class ExpirySweepTests
{
    private static readonly SystemAddress Patient = SystemAddress.Parse("H06.43/qlvb");
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start()
    {
        var patient = new AgencySystem { Address = Patient, Name = "Patient", Policy = new DeliveryPolicy { MaxAge = TimeSpan.FromDays(30) } };
        _bench = await StartAsync(Content(new DeliveryPolicy { MaxAge = TimeSpan.FromHours(1) }, patient));
    }

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task EndAged_OlderOnesThatStay_AreSteppedOverFromRunToRun()
    {
        for (var i = 0; i < 5; i++) await _bench.AcceptAsync($"patient-{i}", Patient);
        var aged = await _bench.AcceptAsync("aged", Puller);
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        var sweep = _bench.NewSweep(pageSize: 2, mostPages: 1);
        for (var run = 0; run < 3; run++) await sweep.EndAgedAsync(CancellationToken.None);
        Assert.That((await _bench.DeliveryAsync(aged)).State, Is.EqualTo(DeliveryState.Dead));
    }

    [Test]
    public async Task EndAged_AtItsEnd_BeginsAgainWithTheOldest()
    {
        var first = await _bench.AcceptAsync("patient", Patient);
        var sweep = _bench.NewSweep(pageSize: 1, mostPages: 1);
        await _bench.AcceptAsync("aged", Puller);
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        for (var run = 0; run < 3; run++) await sweep.EndAgedAsync(CancellationToken.None);
        _bench.Clock.Advance(TimeSpan.FromDays(30));
        for (var run = 0; run < 2; run++) await sweep.EndAgedAsync(CancellationToken.None);
        Assert.That((await _bench.DeliveryAsync(first)).State, Is.EqualTo(DeliveryState.Dead));
    }

    [Test]
    public async Task EndAged_OfARedirectedOne_CountsFromItsRedirection()
    {
        var key = await _bench.AcceptAsync("moved", Puller);
        _bench.Clock.Advance(TimeSpan.FromMinutes(59));
        var moved = await _bench.DeliveryAsync(key) with { Since = _bench.Clock.GetUtcNow() };
        await _bench.Store.WriteAsync(t => t.UpdateDeliveryAsync(moved));
        foreach (var (minutes, state) in new[] { (59, DeliveryState.Queued), (1, DeliveryState.Dead) })
        {
            _bench.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await _bench.NewSweep().EndAgedAsync(CancellationToken.None);
            Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(state));
        }
    }

    [Test]
    public async Task EndAged_OfAReplayedOne_CountsFromItsReplay()
    {
        var key = await _bench.AcceptAsync("replayed", Puller);
        _bench.Clock.Advance(TimeSpan.FromHours(5));
        await _bench.NewSweep().EndAgedAsync(CancellationToken.None);
        await _bench.DeadLetters.ReplayAsync((await _bench.DeliveryAsync(key)).Id, "operator:an");
        foreach (var (minutes, state) in new[] { (59, DeliveryState.Queued), (1, DeliveryState.Dead) })
        {
            _bench.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await _bench.NewSweep().EndAgedAsync(CancellationToken.None);
            Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(state));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task End_RenewedMeanwhile_LeavesItWithItsHolder(bool expire)
    {
        var key = await _bench.AcceptAsync("held", Puller, expires: expire ? _bench.Clock.GetUtcNow().AddMinutes(1) : null);
        await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero);
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        var (held, goOn) = _bench.Committer.Hold();
        var sweep = _bench.NewSweep();
        var ending = expire ? sweep.EndExpiredAsync(CancellationToken.None) : sweep.EndAgedAsync(CancellationToken.None);
        await held.WaitAsync(TimeSpan.FromSeconds(20));
        if (expire)
        {
            // The first was the search.
            var search = goOn;
            (held, goOn) = _bench.Committer.Hold();
            search.SetResult();
            await held.WaitAsync(TimeSpan.FromSeconds(20));
        }

        var renewed = await _bench.DeliveryAsync(key) with { ClaimedUntil = _bench.Clock.GetUtcNow().AddMinutes(5) };
        await _bench.Store.WriteAsync(t => t.UpdateDeliveryAsync(renewed));
        goOn.SetResult();
        await ending;
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Claimed));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task End_ManyAtOnce_ShareCommits(bool expire)
    {
        var expires = expire ? _bench.Clock.GetUtcNow().AddMinutes(1) : (DateTimeOffset?)null;
        for (var i = 0; i < 30; i++) await _bench.AcceptAsync($"m{i}", Puller, expires: expires);
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        var sweep = _bench.NewSweep();
        await (expire ? sweep.EndExpiredAsync(CancellationToken.None) : sweep.EndAgedAsync(CancellationToken.None));
        var ended = (await _bench.Store.ReadStatisticsAsync()).Deliveries.GetValueOrDefault(expire ? DeliveryState.Expired : DeliveryState.Dead);
        Assert.That(ended, Is.EqualTo(30));
        Assert.That(_bench.Committer.MostAtOnce, Is.GreaterThan(1), "One after the other, each would pay for a commit of its own.");
    }
}
