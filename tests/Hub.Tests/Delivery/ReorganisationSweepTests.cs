using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;
using static Hub.Tests.Delivery.Reorganised;

namespace Hub.Tests.Delivery;

/// <summary>When the sweep runs, what it costs, and what stops do to it.</summary>
public sealed class ReorganisationSweepTests
{
    private CancellationTokenSource _stopping = null!;
    private DeliveryBench _bench = null!;
    private Task _running = Task.CompletedTask;

    [SetUp]
    public void Start() => (_stopping, _running) = (new CancellationTokenSource(), Task.CompletedTask);

    [TearDown]
    public async Task Stop()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Tick_CutShortByACrash_GivesExactlyOneNewDelivery(bool beforeTheCommit)
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District);
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        var (second, dying) = (await _bench.AcceptAsync("2", Sender), _bench.Committer);
        _bench.Registry.Current = new RegistrySnapshot(2, Content(Merge(District, North), Merge(Sender, South)));
        if (beforeTheCommit) dying.DiesBeforeNext = true;
        else dying.DiesAfterNext = true;
        _ = _bench.SweepAsync();
        await dying.Death.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await _bench.CrashAndRestartAsync();
        for (var i = 0; i < 2; i++) await _bench.SweepAsync();

        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50" }));
        Assert.That(await _bench.StandingAsync(second), Is.EqualTo(new[] { "H06/qlvb Cancelled direct", "H06.52/qlvb Queued successor-of:H06" }));
        Assert.That((await _bench.KindsAsync(second)).Count(k => k == "delivery.redirected"), Is.EqualTo(1));
    }

    [Test]
    public async Task Tick_TwoAtOnce_MoveEachDeliveryOnce()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        for (var i = 0; i < 30; i++) await _bench.AcceptAsync($"m{i}", District);
        _bench.AdvanceTo(On);
        await Task.WhenAll(_bench.SweepAsync(), _bench.SweepAsync());
        var counts = (await _bench.Store.ReadStatisticsAsync()).Deliveries;
        Assert.That((counts[DeliveryState.Cancelled], counts[DeliveryState.Queued]), Is.EqualTo((30, 30)));
    }

    [Test]
    public async Task Tick_MoreThanAPage_MovesAll_AndSharesCommits()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        for (var i = 0; i < 230; i++) await _bench.AcceptAsync($"m{i}", District);
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That((await _bench.Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Cancelled], Is.EqualTo(230));
        Assert.That(_bench.Committer.MostAtOnce, Is.GreaterThan(1), "One after the other, each would pay for a commit of its own.");
    }

    [Test]
    public async Task Tick_WhatStaysWithAnOpenAgency_IsReadOnceUntilSomethingChanges()
    {
        _bench = await StartAsync(Content(Split(District, closes: false, (North, "vn.note.v1"))));
        for (var i = 0; i < 5; i++) await _bench.AcceptAsync($"m{i}", District);
        _bench.AdvanceTo(On);
        var calls = new FailingStore.Switch();
        var sweep = _bench.NewReorganisationSweep(FailingStore.Wrap(_bench.Store, calls));
        for (var i = 0; i < 3; i++)
        {
            await sweep.TickAsync(CancellationToken.None);
            _bench.Clock.Advance(TimeSpan.FromSeconds(11));
        }

        Assert.That(calls.Calls["FindMessageAsync"], Is.EqualTo(5));
        _bench.Registry.Current = new RegistrySnapshot(2, Content(Split(District, closes: false, (North, "vn.document.v1"))));
        await sweep.TickAsync(CancellationToken.None);
        Assert.That((await _bench.Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Cancelled], Is.EqualTo(5));
    }

    [Test]
    public async Task Run_WhenTheInstantComes_MovesWithinASecond()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District);
        _bench.AdvanceTo(On.AddSeconds(-1));
        Run();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilMovedAsync(key);
    }

    [Test]
    public async Task Run_AtTheStart_FindsWhatAStoppedHubMissed()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District);
        _bench.AdvanceTo(On.AddDays(2));
        Run();
        await UntilMovedAsync(key);
    }

    [Test]
    public async Task Run_WhenTheRegistryChanges_LooksAgain()
    {
        _bench = await StartAsync(Content());
        var key = await _bench.AcceptAsync("1", District);
        _bench.AdvanceTo(On);
        Run();
        _bench.Registry.Current = new RegistrySnapshot(2, Content(Merge(District, North)));
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilMovedAsync(key);
    }

    [Test]
    public async Task Run_WhenADeadLetterIsReplayed_MovesIt()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District);
        var claim = (await _bench.ClaimAsync(District)).Single();
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.UpdateDeliveryAsync(claim.Delivery with { State = DeliveryState.Dead, Claim = null, ClaimedUntil = null });
            return true;
        });
        _bench.AdvanceTo(On);
        Run();
        await _bench.UntilAsync(async () => (await _bench.Store.ListEntriesAsync(0, 100)).Any(e => e.ParseHeader().Kind == "registry.reorganised"));
        await _bench.DeadLetters.ReplayAsync(claim.Delivery.Id, "operator:an");
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilMovedAsync(key);
    }

    [Test]
    public async Task Run_WhenAClaimEndsLater_MovesIt()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        _bench.AdvanceTo(On.AddSeconds(-1));
        var key = await _bench.AcceptAsync("1", District);
        await _bench.ClaimAsync(District);
        Run();
        _bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Claimed direct" }));
        for (var i = 0; i < 75; i++) _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilMovedAsync(key);
    }

    [Test]
    public async Task Dispatcher_AfterTheInstant_PushesNothingToTheClosedSystem()
    {
        _bench = await StartAsync(Content(Merge(Pushed, North)));
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Channel.Partner = async (_, token) =>
        {
            await answers.Task.WaitAsync(token);
            return new AttemptOutcome.Delivered();
        };
        _bench.AdvanceTo(On.AddSeconds(-2));
        var keys = new List<MessageKey>();
        for (var i = 0; i < 20; i++) keys.Add(await _bench.AcceptAsync($"m{i}", Pushed));
        _bench.Dispatch();
        await _bench.Channel.SentAsync(16);
        _bench.Clock.Advance(TimeSpan.FromSeconds(2));
        answers.SetResult();
        await _bench.UntilAsync(async () => (await _bench.Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Delivered] == 16);
        for (var i = 0; i < 3; i++) _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await _bench.UntilAsync(async () => (await _bench.Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Claimed] == 0);
        await _bench.SweepAsync();

        Assert.That(_bench.Channel.Sent, Has.Count.EqualTo(16), "what was in flight at the instant, and nothing later");
        Assert.That((await _bench.ClaimAsync(North, 100)).Select(c => c.Message.Key), Is.EquivalentTo(keys[16..]));
    }

    [Test]
    public async Task Dispatcher_AfterTheInstant_StillPushesTheProtocol()
    {
        _bench = await StartAsync(Content(Merge(Pushed, North)));
        var content = _bench.Registry.Current.Content;
        _bench.Registry.Current = new RegistrySnapshot(2, content with { Reorganisations = [Merge(Sender, North)], Systems = [.. content.Systems.Select(s => s.Address == Sender ? s with { Channel = new ChannelSettings("push", new Uri("https://push.example/s")) } : s)] });
        var key = await _bench.AcceptAsync("1", Puller);
        _bench.AdvanceTo(On);
        _bench.Dispatch();
        await _bench.Mailbox.AckAsync(Puller, (await _bench.ClaimAsync(Puller)).Single().Claim, new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận"));
        await _bench.Channel.SentAsync(1);
        Assert.That(_bench.Channel.Sent.Single().Message.InReplyTo, Is.EqualTo(key));
    }

    private void Run() => _running = _bench.NewReorganisationSweep().RunAsync(_stopping.Token);

    private Task UntilMovedAsync(MessageKey key) =>
        _bench.UntilAsync(async () => (await _bench.StandingAsync(key)) is ["H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50"]);
}
