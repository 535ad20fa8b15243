using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>Fresh deliveries that are claimed in the commit that accepts them, and pushed without being read again. One push at a
/// time, four held.</summary>
public class When_deliveries_go_the_short_way
{
    private const int Most = 4;
    private DeliveryBench _bench = null!;
    private SemaphoreSlim _gate = null!;
    private int _before;

    [SetUp]
    public async Task Start()
    {
        (_gate, _before) = (new SemaphoreSlim(0), 0);
        _bench = await StartAsync(Content(new DeliveryPolicy { MaxInFlight = 1, FirstDelay = TimeSpan.FromSeconds(2), Jitter = 0 }));
        _bench.Dispatch();
        // So slow that it takes four in a second.
        _bench.Channel.Partner = (_, _) =>
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1.0 / Most));
            return Task.FromResult<AttemptOutcome>(new AttemptOutcome.Delivered());
        };
        await OpenAsync();
        _bench.Channel.Partner = async (_, token) =>
        {
            await _gate.WaitAsync(token);
            return new AttemptOutcome.Delivered();
        };
    }

    [TearDown]
    public async Task Stop()
    {
        await _bench.DisposeAsync();
        _gate.Dispose();
    }

    [Test]
    public async Task Should_be_claimed_by_this_node_in_the_commit_that_accepts_them()
    {
        var key = await _bench.AcceptAsync("1", Pushed);
        var delivery = await _bench.DeliveryAsync(key);
        Assert.That((delivery.State, delivery.Node, delivery.Attempts, IsDirect(delivery)), Is.EqualTo((DeliveryState.Claimed, (int?)_bench.Node.Number, 1, true)));
        Assert.That(delivery.ClaimedUntil, Is.GreaterThan(_bench.Clock.GetUtcNow()));
        await _bench.Channel.SentAsync(_before + 1);
        var sent = _bench.Channel.Sent[^1];
        Assert.That(sent.Octets.ToArray(), Is.EqualTo((await _bench.Store.ReadOctetsAsync(key))!.Value.ToArray()));
        Assert.That(sent.Message with { Uploads = [] }, Is.EqualTo((await _bench.Store.FindMessageAsync(key))! with { Uploads = [] }));
        _gate.Release();
        await _bench.UntilAsync(key, DeliveryState.Delivered);
    }

    [Test]
    public async Task Should_be_queued_when_the_lane_is_full_and_nothing_overtakes_them()
    {
        List<MessageKey> keys = [];
        for (var i = 0; i < Most + 3; i++) keys.Add(await _bench.AcceptAsync($"{i}", Pushed));
        Assert.That(await DirectAsync(keys), Is.EqualTo(Enumerable.Range(0, keys.Count).Select(i => i < Most)));
        Assert.That((await _bench.DeliveryAsync(keys[Most])).State, Is.EqualTo(DeliveryState.Queued));
        _gate.Release(keys.Count);
        foreach (var key in keys) await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Skip(_before).Select(s => s.Message.Key), Is.EqualTo(keys));
    }

    [Test]
    public async Task Should_let_urgent_ones_among_the_queued_go_first()
    {
        for (var i = 0; i < Most; i++) await _bench.AcceptAsync($"{i}", Pushed);
        var usual = await _bench.AcceptAsync("usual", Pushed, priority: 1);
        var urgent = await _bench.AcceptAsync("urgent", Pushed, priority: 4);
        _gate.Release(Most + 2);
        await _bench.UntilAsync(usual, DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Skip(_before + Most).Select(s => s.Message.Key), Is.EqualTo(new[] { urgent, usual }));
    }

    [Test]
    public async Task Should_take_no_place_when_their_unit_is_refused()
    {
        Recipient[] to = [new(RecipientAddress.Parse(Pushed.ToString()))];
        for (var i = 0; i < Most * 3; i++) Assert.ThrowsAsync<ProblemException>(() => _bench.AcceptAsync($"no{i}", to, refused: true));
        List<MessageKey> keys = [];
        for (var i = 0; i < Most; i++) keys.Add(await _bench.AcceptAsync($"{i}", Pushed));
        Assert.That(await DirectAsync(keys), Is.All.True);
    }

    [Test]
    public async Task Should_not_overtake_a_retry_that_is_due()
    {
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 503"));
        var first = await _bench.AcceptAsync("first", Pushed);
        await _bench.UntilAsync(first, DeliveryState.Queued);
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Delivered());
        _bench.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await _bench.AcceptAsync("second", Pushed);
        await _bench.UntilAsync(second, DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Skip(_before + 1).Select(s => s.Message.Key), Is.EqualTo(new[] { first, second }));
    }

    [Test]
    public async Task Should_come_again_when_the_hub_dies_between_commit_and_push()
    {
        var pushed = await _bench.AcceptAsync("pushed", Pushed);
        var waiting = await _bench.AcceptAsync("waiting", Pushed);
        await _bench.Channel.SentAsync(_before + 1);
        await _bench.CrashAndRestartAsync();
        _gate.Release(10);
        _bench.Dispatch();
        await _bench.UntilAsync(pushed, DeliveryState.Delivered);
        var delivery = await _bench.UntilAsync(waiting, DeliveryState.Delivered);
        Assert.That((delivery.Attempts, delivery.Interruptions), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Should_be_given_back_when_the_hub_stops()
    {
        var pushed = await _bench.AcceptAsync("pushed", Pushed);
        var waiting = await _bench.AcceptAsync("waiting", Pushed);
        await _bench.Channel.SentAsync(_before + 1);
        var stopped = _bench.BeginStopAsync();
        var delivery = await _bench.UntilAsync(waiting, DeliveryState.Queued);
        Assert.That((delivery.Attempts, delivery.Interruptions, delivery.Node), Is.EqualTo((0, 0, (int?)null)));
        var late = await _bench.AcceptAsync("late", Pushed);
        Assert.That((await _bench.DeliveryAsync(late)).State, Is.EqualTo(DeliveryState.Queued));
        _gate.Release();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That((await _bench.DeliveryAsync(pushed)).State, Is.EqualTo(DeliveryState.Delivered));
    }

    [Test]
    public async Task Should_not_be_pushed_from_memory_long_after_they_were_accepted()
    {
        await _bench.AcceptAsync("pushed", Pushed);
        var erased = await _bench.AcceptAsync("erased", Pushed);
        await _bench.Channel.SentAsync(_before + 1);
        _bench.Clock.Advance(TimeSpan.FromSeconds(1.5));
        await _bench.Committer.RunAsync(async scope =>
            await Erasure.EraseAsync(scope, erased, await _bench.Store.ListDeliveriesAsync(erased), _bench.Keys.Address, "hub", "a law", _bench.Signals, _bench.Clock.GetUtcNow()));
        _gate.Release(2);
        var last = await _bench.AcceptAsync("last", Pushed);
        _gate.Release();
        await _bench.UntilAsync(last, DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Select(s => s.Message.Key), Has.None.EqualTo(erased));
    }

    [Test]
    public async Task Should_go_this_way_again_after_a_backlog_though_more_keeps_coming_and_nothing_overtakes()
    {
        const int Backlog = 40, Senders = 3, Each = 120;
        for (var i = 0; i < Backlog; i++) await _bench.AcceptAsync($"backlog{i}", Pushed);
        var sender = 0;
        var steady = Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            var (name, keys) = (Interlocked.Increment(ref sender), new List<MessageKey>());
            for (var i = 0; i < Each; i++)
            {
                keys.Add(await _bench.AcceptAsync($"{name}-{i}", Pushed));
                // Less than it can take: no more than so many are ever under way.
                if (i >= Most) await _bench.UntilAsync(keys[i - Most], DeliveryState.Delivered);
            }

            return keys;
        })).ToList();
        _gate.Release(Backlog + (Senders * Each));
        var keys = (await Task.WhenAll(steady)).SelectMany(static k => k.Skip(Each - (Each / 4))).ToList();
        foreach (var key in keys) await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That(await DirectAsync(keys), Is.All.True);
        Assert.That(_bench.Channel.Sent.Select(static s => s.Delivery.Id), Is.Ordered);
    }

    private static bool IsDirect(DeliveryRecord delivery) => delivery.Claim is { Length: 32 };

    private async Task<List<bool>> DirectAsync(IEnumerable<MessageKey> keys)
    {
        List<bool> direct = [];
        foreach (var key in keys) direct.Add(IsDirect(await _bench.DeliveryAsync(key)));
        return direct;
    }

    /// <summary>The first ones are queued, until a claim has found nothing more.</summary>
    private async Task OpenAsync()
    {
        DeliveryRecord delivery;
        do
        {
            delivery = await _bench.UntilAsync(await _bench.AcceptAsync($"before{_before++}", Pushed), DeliveryState.Delivered);
        }
        while (!IsDirect(delivery) && _before < 1_000);
        Assert.That(IsDirect(delivery), Is.True, "the way never opened");
    }
}
