using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public sealed class When_systems_are_watched
{
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync(Content(new DeliveryPolicy { Heartbeat = TimeSpan.FromMinutes(10), AgeAlarm = TimeSpan.FromMinutes(30) }));

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_tell_of_a_system_without_a_sign_of_life_from_when_it_is_watched()
    {
        var watch = NewHeartbeats();
        await watch.ShareAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(8));
        _bench.Signals.Life.Seen(Puller, _bench.Clock.GetUtcNow());
        _bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await watch.ReadSilentAsync(), Is.Empty, "not longer than the heartbeat yet");
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await watch.ReadSilentAsync()).Select(static s => s.System), Is.EquivalentTo(new[] { Sender, Pushed, AppSystem }));
        Assert.That((await watch.ReadSilentAsync())[0].Last, Is.EqualTo(_bench.Clock.GetUtcNow().AddSeconds(-601)));
    }

    [Test]
    public async Task Should_know_what_other_nodes_saw_and_forget_nothing_at_a_restart()
    {
        await NewHeartbeats().ShareAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(15));
        var other = new DeliverySignals();
        other.Life.Seen(Puller, _bench.Clock.GetUtcNow());
        var watch = NewHeartbeats();
        await NewHeartbeats(other).ShareAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.That((await watch.ReadSilentAsync()).Select(static s => s.System), Does.Not.Contain(Puller));
        await _bench.CrashAndRestartAsync();
        watch = NewHeartbeats();
        _bench.Clock.Advance(TimeSpan.FromMinutes(5));
        _bench.Signals.Life.Seen(Puller, _bench.Clock.GetUtcNow());
        _bench.Clock.Advance(TimeSpan.FromMinutes(6));
        var silent = await watch.ReadSilentAsync();
        Assert.That(silent.Single(static s => s.System == Sender).Last, Is.EqualTo(_bench.Clock.GetUtcNow().AddMinutes(-35)), "from before the restart");
        Assert.That(silent.Select(static s => s.System), Does.Not.Contain(Puller).And.Contain(Sender));
    }

    [Test]
    public async Task Should_count_nobodys_silence_from_before_the_hub_was_there_to_hear()
    {
        await NewHeartbeats().ShareAsync();
        await _bench.CrashAndRestartAsync();
        _bench.Clock.Advance(TimeSpan.FromHours(3));
        var watch = NewHeartbeats();
        Assert.That(await watch.ReadSilentAsync(), Is.Empty, "the hub was away, not they");
        _bench.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.That((await watch.ReadSilentAsync()).Select(static s => s.System), Is.EquivalentTo(new[] { Sender, Pushed, Puller, AppSystem }));
    }

    [Test]
    public async Task Should_start_afresh_for_a_system_that_is_watched_again()
    {
        await NewHeartbeats().ShareAsync();
        var watched = _bench.Registry.Current;
        _bench.Registry.Current = new RegistrySnapshot(2, Content(new DeliveryPolicy()));
        _bench.Clock.Advance(TimeSpan.FromHours(1));
        await NewHeartbeats().ShareAsync();
        Assert.That(await NewHeartbeats().ReadSilentAsync(), Is.Empty);
        _bench.Registry.Current = watched;
        await NewHeartbeats().ShareAsync();
        Assert.That(await NewHeartbeats().ReadSilentAsync(), Is.Empty);
    }

    [Test]
    public async Task Should_see_life_in_a_successful_push()
    {
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed), DeliveryState.Delivered);
        Assert.That(_bench.Signals.Life.LastOf(Pushed), Is.EqualTo(_bench.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Should_tell_of_queued_deliveries_older_than_the_alarm_but_not_of_what_its_sender_holds_back()
    {
        var start = _bench.Clock.GetUtcNow();
        await _bench.AcceptAsync("held", Puller, notBefore: start.AddHours(5));
        await _bench.AcceptAsync("1", Puller);
        await _bench.AcceptAsync("2", Puller);
        var ages = new AgeWatch(_bench.Registry, _bench.Store, _bench.Clock);
        _bench.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.That(await ages.ReadAsync(), Is.Empty);
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await ages.ReadAsync(), Is.EqualTo(new[] { new AgedQueue(Puller, 3, start, TimeSpan.FromMinutes(30)) }));
    }

    [Test]
    public async Task Should_tell_of_what_waits_behind_much_that_its_sender_holds_back_and_behind_the_backlog_of_others()
    {
        using var folder = new DataFolder();
        await using var bench = await StartAsync(Content(), () => folder.CreateStore(mostScanned: 2));
        var start = bench.Clock.GetUtcNow();
        for (var i = 0; i < 3; i++) await bench.AcceptAsync($"other{i}", Pushed);
        for (var i = 0; i < 11; i++) await bench.AcceptAsync($"held{i}", Puller, notBefore: start.AddDays(30));
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.AcceptAsync("late", Puller);
        bench.Clock.Advance(new DeliveryPolicy().AgeAlarm + TimeSpan.FromSeconds(1));
        var late = await new AgeWatch(bench.Registry, bench.Store, bench.Clock).ReadAsync();
        Assert.That(late.Select(static q => (q.System, q.Oldest)), Is.EqualTo(new[] { (Pushed, start), (Puller, start.AddMinutes(10)) }));
    }

    [Test]
    public async Task Should_count_the_age_of_what_was_held_back_from_its_time_after_an_attempt_too()
    {
        var start = _bench.Clock.GetUtcNow();
        await _bench.AcceptAsync("held", Puller, notBefore: start.AddHours(5));
        _bench.Clock.Advance(TimeSpan.FromHours(5));
        var claim = (await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero)).Single();
        await _bench.Mailbox.NackAsync(Puller, claim.Claim, "not now", TimeSpan.FromHours(1));
        var ages = new AgeWatch(_bench.Registry, _bench.Store, _bench.Clock);
        Assert.That(await ages.ReadAsync(), Is.Empty);
        _bench.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.That((await ages.ReadAsync()).Select(static q => q.Oldest), Is.EqualTo(new[] { start.AddHours(5) }));
    }

    [Test]
    public async Task Should_tell_only_at_the_node_that_has_the_duty_and_once()
    {
        var log = new CountingLog();
        var watch = new SystemsWatch(
            new AgeWatch(_bench.Registry, _bench.Store, _bench.Clock), NewHeartbeats(), new DutyCommitter(_bench.Committer, _bench.Node, Duties.Watch), _bench.Clock, log);
        await watch.LookAsync(default);
        _bench.Clock.Advance(TimeSpan.FromMinutes(11));
        for (var i = 0; i < 3; i++) await watch.LookAsync(default);
        Assert.That(log.Warnings, Is.EqualTo(4), "one for each silent system");
    }

    [Test]
    public async Task Should_queue_again_what_a_dispatcher_forgot_and_leave_a_mailbox_its_claim()
    {
        var forgotten = await _bench.AcceptAsync("1", Pushed);
        var mailbox = await _bench.AcceptAsync("2", Puller);
        await _bench.Committer.RunAsync(async scope =>
        {
            var now = _bench.Clock.GetUtcNow();
            await scope.Transaction.ClaimAsync(Pushed, now, now.AddMinutes(1), 10, node: ThisNode.Alone);
            return true;
        });
        await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero);
        var sweep = new StuckSweep(_bench.Committer, _bench.Store, _bench.Signals, _bench.Clock, new TestLog<StuckSweep>());

        _bench.Clock.Advance(TimeSpan.FromMinutes(3));
        for (var i = 0; i < 2; i++) await sweep.RunAsync(default);
        Assert.That((await _bench.DeliveryAsync(forgotten)).State, Is.EqualTo(DeliveryState.Claimed), "its claim ended two minutes ago, not more");
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await sweep.RunAsync(default);
        Assert.That((await _bench.DeliveryAsync(forgotten)).State, Is.EqualTo(DeliveryState.Claimed), "at the first look the clock may have jumped");
        await sweep.RunAsync(default);
        var queued = await _bench.DeliveryAsync(forgotten);
        Assert.That((queued.State, queued.Claim, queued.Attempts), Is.EqualTo((DeliveryState.Queued, (string?)null, 1)));
        Assert.That((await _bench.DeliveryAsync(mailbox)).State, Is.EqualTo(DeliveryState.Claimed));
        _bench.Dispatch();
        await _bench.UntilAsync(forgotten, DeliveryState.Delivered);
    }

    private HeartbeatWatch NewHeartbeats(DeliverySignals? signals = null) =>
        new(_bench.Registry, _bench.Store, _bench.Committer, _bench.Keys, signals ?? _bench.Signals, _bench.Clock);

    private sealed class CountingLog : ILogger<SystemsWatch>
    {
        internal int Warnings { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Warnings++;
        }
    }
}
