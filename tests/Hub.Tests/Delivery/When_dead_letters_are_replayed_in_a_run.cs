using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Delivery.Runs;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>A run goes from canary to all, stops by itself when the canary dies, and shares no delivery with anybody.</summary>
public sealed class When_dead_letters_are_replayed_in_a_run
{
    private static readonly AttemptOutcome No = new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no");
    private DeliveryBench _bench = null!;
    private Func<string, bool> _accepts = _ => false;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await DeliveryBench.StartAsync();
        _accepts = _ => false;
        _bench.Channel.Partner = (d, _) => Task.FromResult(_accepts(d.Message.Id) ? new AttemptOutcome.Delivered() : No);
        _bench.Dispatch();
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_count_and_set_nothing_going_before_it_is_started()
    {
        var keys = await DeadAsync(3);
        var (run, sample) = await Runs.PreviewAsync(new ReplayFilter(Pushed), new ReplayPace(), "operator:an");
        Assert.That((run.Matched, run.IsExact, run.State, sample.Count), Is.EqualTo((3L, true, ReplayRunState.Previewed, 3)));
        await NewRunner().TickAsync(CancellationToken.None);
        Assert.That(await StatesAsync(keys), Is.All.EqualTo(DeliveryState.Dead));
        Assert.That(run.Filter.Digest, Is.EqualTo(new ReplayFilter(Pushed).Digest).And.Not.EqualTo(new ReplayFilter().Digest));
    }

    [Test]
    public async Task Should_go_one_ten_then_the_rest_as_long_as_they_are_delivered()
    {
        var keys = await DeadAsync(30);
        var run = await StartedAsync(new ReplayPace(Rate: 100));
        _accepts = _ => true;
        var runner = NewRunner();
        foreach (var expected in new[] { 1, 11, 30 })
        {
            await runner.TickAsync(CancellationToken.None);
            Assert.That((await Runs.FindAsync(run.Id)).Replayed, Is.EqualTo(expected));
            await DeliveredAsync(keys, expected);
            await runner.TickAsync(CancellationToken.None);
        }

        var done = await Runs.FindAsync(run.Id);
        Assert.That((done.State, done.Skipped), Is.EqualTo((ReplayRunState.Done, 0L)));
    }

    [Test]
    public async Task Should_stop_by_itself_when_the_canary_dies_and_go_on_with_the_next_when_resumed()
    {
        var keys = await DeadAsync(5);
        var run = await StartedAsync(new ReplayPace());
        var runner = NewRunner();
        await runner.TickAsync(CancellationToken.None);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(keys[0])) is { State: DeliveryState.Dead, Replays: 1 });
        await runner.TickAsync(CancellationToken.None);
        var stopped = await Runs.FindAsync(run.Id);
        Assert.That((stopped.State, stopped.Replayed), Is.EqualTo((ReplayRunState.Stopped, 1L)));
        Assert.That(stopped.Why, Does.Contain("1 of 1"));
        _accepts = _ => true;
        await Runs.StartAsync(run.Id, "operator:an", resume: true);
        await FinishAsync(run.Id, runner);
        Assert.That(await StatesAsync(keys), Is.EqualTo(new[] { DeliveryState.Dead, DeliveryState.Delivered, DeliveryState.Delivered, DeliveryState.Delivered, DeliveryState.Delivered }));
    }

    [Test]
    public async Task Should_stop_when_the_canary_is_not_delivered_in_time()
    {
        _accepts = _ => false;
        await DeadAsync(2);
        await _bench.StopAsync();
        var run = await StartedAsync(new ReplayPace(Patience: TimeSpan.FromMinutes(5)));
        var runner = NewRunner();
        await runner.TickAsync(CancellationToken.None);
        _bench.Clock.Advance(TimeSpan.FromMinutes(4));
        await runner.TickAsync(CancellationToken.None);
        Assert.That((await Runs.FindAsync(run.Id)).State, Is.EqualTo(ReplayRunState.Running));
        _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await runner.TickAsync(CancellationToken.None);
        Assert.That((await Runs.FindAsync(run.Id)).State, Is.EqualTo(ReplayRunState.Stopped));
    }

    [Test]
    public async Task Should_keep_to_its_rate_and_set_nothing_going_once_stopped()
    {
        var keys = await DeadAsync(9);
        await _bench.StopAsync();
        var run = await StartedAsync(new ReplayPace(Rate: 2, Canary: false));
        var runner = NewRunner();
        await runner.TickAsync(CancellationToken.None);
        await runner.TickAsync(CancellationToken.None);
        Assert.That((await Runs.FindAsync(run.Id)).Replayed, Is.EqualTo(4));
        await Runs.StopAsync(run.Id, "operator:binh");
        await runner.TickAsync(CancellationToken.None);
        Assert.That((await StatesAsync(keys)).Count(s => s == DeliveryState.Dead), Is.EqualTo(5));
        await Runs.StartAsync(run.Id, "operator:binh", resume: true);
        // Another node, which remembers nothing, goes on.
        await FinishAsync(run.Id, NewRunner());
        Assert.That((await Runs.FindAsync(run.Id)).Replayed, Is.EqualTo(9));
        Assert.That((await Task.WhenAll(keys.Select(_bench.DeliveryAsync))).Select(d => d.Replays), Is.All.EqualTo(1));
    }

    [Test]
    public async Task Should_filter_by_reason_type_and_time()
    {
        var early = await DeadAsync(1);
        var until = _bench.Clock.GetUtcNow().AddMinutes(1);
        _bench.Clock.Advance(TimeSpan.FromMinutes(2));
        var note = await _bench.AcceptAsync("note", Pushed, type: "vn.note.v1");
        await _bench.UntilAsync(note, DeliveryState.Dead);
        Assert.That(await CountAsync(new ReplayFilter()), Is.EqualTo(2));
        Assert.That(await CountAsync(new ReplayFilter(Problem: "recipient-rejected")), Is.EqualTo(2));
        Assert.That(await CountAsync(new ReplayFilter(Problem: "recipient-failed")), Is.Zero);
        Assert.That(await CountAsync(new ReplayFilter(Type: MessageType.Parse("vn.note.v1"))), Is.EqualTo(1));
        Assert.That(await CountAsync(new ReplayFilter(Until: until)), Is.EqualTo(1));
        Assert.That(await CountAsync(new ReplayFilter(Since: until)), Is.EqualTo(1));
        Assert.That(await CountAsync(new ReplayFilter(Recipient: Puller)), Is.Zero);
        Assert.That(early, Has.Count.EqualTo(1));
    }

    /// <summary>Two runs over the same deliveries, an operator with a list of his own, and an erasure, all at once: each is replayed once.</summary>
    [Test]
    public async Task Should_replay_each_once_whoever_races([Range(1, 6)] int round)
    {
        var keys = await DeadAsync(12);
        await _bench.StopAsync();
        var pace = new ReplayPace(Rate: 1 + round, Canary: false);
        var (first, second) = (await StartedAsync(pace), await StartedAsync(pace));
        var deliveries = await Task.WhenAll(keys.Select(_bench.DeliveryAsync));
        var erased = keys[round];
        await Task.WhenAll(
            Task.Run(() => FinishAsync(first.Id, NewRunner())),
            Task.Run(() => FinishAsync(second.Id, NewRunner())),
            Task.Run(async () => { foreach (var one in deliveries.Reverse()) await IgnoreAsync(_bench.DeadLetters.ReplayAsync(one.Id, "operator:binh").AsTask()); }),
            Task.Run(async () => await _bench.Committer.RunAsync(scope =>
                Erasure.EraseAsync(scope, erased, [deliveries[round]], _bench.Keys.Address, "operator:an", "law", _bench.Signals, _bench.Clock.GetUtcNow()))));
        foreach (var key in keys)
        {
            var replays = (await _bench.DeliveryAsync(key)).Replays;
            Assert.That(replays, Is.InRange(key == erased ? 0 : 1, 1));
            Assert.That((await _bench.KindsAsync(key)).Count(kind => kind == "delivery.replayed"), Is.EqualTo(replays));
        }

        Assert.That((await _bench.DeliveryAsync(erased)).State, Is.EqualTo(DeliveryState.Cancelled).Or.EqualTo(DeliveryState.Dead));
    }

    [Test]
    public async Task Should_leave_alone_what_died_again_after_the_preview()
    {
        var keys = await DeadAsync(2);
        var run = await StartedAsync(new ReplayPace(Canary: false));
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await _bench.DeadLetters.ReplayAsync((await _bench.DeliveryAsync(keys[0])).Id, "operator:binh");
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(keys[0])) is { State: DeliveryState.Dead, Replays: 1 });
        await FinishAsync(run.Id, NewRunner());
        var done = await Runs.FindAsync(run.Id);
        Assert.That((done.Replayed, done.Skipped), Is.EqualTo((1L, 1L)));
        Assert.That((await _bench.DeliveryAsync(keys[0])).Replays, Is.EqualTo(1));
    }

    [Test]
    public async Task Should_leave_out_what_expired_before_the_preview_and_skip_what_expires_before_its_turn()
    {
        var start = _bench.Clock.GetUtcNow();
        var (past, soon) = (await _bench.AcceptAsync("past", Pushed, expires: start.AddHours(1)), await _bench.AcceptAsync("soon", Pushed, expires: start.AddHours(3)));
        await _bench.UntilAsync(past, DeliveryState.Dead);
        await _bench.UntilAsync(soon, DeliveryState.Dead);
        var keys = await DeadAsync(1);
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        var run = await StartedAsync(new ReplayPace());
        Assert.That(run.Matched, Is.EqualTo(2));
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        _accepts = _ => true;
        var runner = NewRunner();
        await runner.TickAsync(CancellationToken.None);
        await _bench.UntilAsync(keys[0], DeliveryState.Delivered);
        await FinishAsync(run.Id, runner);
        var done = await Runs.FindAsync(run.Id);
        Assert.That((done.State, done.Replayed, done.Skipped), Is.EqualTo((ReplayRunState.Done, 1L, 1L)));
        Assert.That(await StatesAsync([past, soon]), Is.All.EqualTo(DeliveryState.Dead));
    }

    [Test]
    public async Task Should_keep_a_run_that_is_started_while_it_is_chosen_to_be_forgotten()
    {
        await DeadAsync(1);
        var (oldest, _) = await Runs.PreviewAsync(new ReplayFilter(Pushed), new ReplayPace(), "operator:an");
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 1; i < ReplayRuns.MostKept; i++) await Runs.PreviewAsync(new ReplayFilter(Puller), new ReplayPace(), "operator:an");
        var (held, goOn) = _bench.Committer.Hold();
        var preview = Runs.PreviewAsync(new ReplayFilter(Puller), new ReplayPace(), "operator:an").AsTask();
        await held;
        var other = new ReplayRuns(_bench.Committer.Inner, _bench.Store, _bench.Keys, _bench.Clock);
        await other.StartAsync(oldest.Id, "operator:binh", resume: false);
        goOn.SetResult();
        await preview;
        Assert.That((await Runs.FindAsync(oldest.Id)).State, Is.EqualTo(ReplayRunState.Running));
    }

    [Test]
    public async Task Should_not_go_on_with_a_name_whose_run_is_not_kept()
    {
        await DeadAsync(1);
        var run = await StartedAsync(new ReplayPace());
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.WriteAppStateAsync(_bench.Keys.Address, $"replay/run/{run.Id}", null);
            return true;
        });
        await NewRunner().TickAsync(CancellationToken.None);
        Assert.That(await Runs.ListActiveAsync(CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Should_be_started_once_and_be_known_by_its_id()
    {
        await DeadAsync(1);
        var run = await StartedAsync(new ReplayPace());
        Assert.That(CodeOf(async () => await Runs.StartAsync(run.Id, "operator:an", resume: false)), Is.EqualTo("invalid-request"));
        Assert.That(CodeOf(async () => await Runs.StartAsync("none", "operator:an", resume: false)), Is.EqualTo("not-found"));
        Assert.That((await Runs.ListAsync()).Select(r => r.Id), Is.EqualTo(new[] { run.Id }));
    }

    private ReplayRuns Runs => new(_bench.Committer, _bench.Store, _bench.Keys, _bench.Clock);

    private ReplayRunner NewRunner() =>
        new(Runs, _bench.Committer, _bench.Store, _bench.Signals, _bench.Node, _bench.Clock, new TestLog<ReplayRunner>());

    private async Task<ReplayRun> StartedAsync(ReplayPace pace)
    {
        var (run, _) = await Runs.PreviewAsync(new ReplayFilter(Pushed), pace, "operator:an");
        return await Runs.StartAsync(run.Id, "operator:an", resume: false);
    }

    private async Task FinishAsync(string id, ReplayRunner runner)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await Runs.FindAsync(id)).State == ReplayRunState.Running)
        {
            patience.Token.ThrowIfCancellationRequested();
            await runner.TickAsync(patience.Token);
            await Task.Yield();
        }
    }

    private async Task<long> CountAsync(ReplayFilter filter) => (await Runs.PreviewAsync(filter, new ReplayPace(), "operator:an")).Run.Matched;

    private async Task<List<MessageKey>> DeadAsync(int count)
    {
        List<MessageKey> keys = [];
        for (var i = 0; i < count; i++) keys.Add(await _bench.AcceptAsync($"{i}", [new Recipient(RecipientAddress.Parse(Pushed.ToString()))], conversation: null));
        foreach (var key in keys) await _bench.UntilAsync(key, DeliveryState.Dead);
        return keys;
    }

    private Task DeliveredAsync(List<MessageKey> keys, int count) =>
        _bench.UntilAsync(async () => (await StatesAsync(keys)).Count(s => s == DeliveryState.Delivered) == count);

    private async Task<IReadOnlyList<DeliveryState>> StatesAsync(List<MessageKey> keys) =>
        [.. (await Task.WhenAll(keys.Select(_bench.DeliveryAsync))).Select(d => d.State)];

    private static async Task IgnoreAsync(Task replay)
    {
        try
        {
            await replay;
        }
        catch (ProblemException refused) when (refused.Code == ProblemCode.DeliveryNotDead || refused.Code == ProblemCode.ContentErased)
        {
            // Another one was quicker.
        }
    }
}
