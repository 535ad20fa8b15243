using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public sealed class When_a_system_is_down
{
    private static readonly SystemAddress Healthy = SystemAddress.Parse("H06.44/qlvb");
    private DeliveryBench _bench = null!;
    private volatile bool _isDown;
    private volatile MessageKey[]? _badOnes;
    private FailureFault _fault = FailureFault.System;

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_leave_it_alone_after_so_many_failures_and_deliver_when_it_is_back()
    {
        await StartAsync();
        List<MessageKey> keys = [];
        for (var i = 0; i < 6; i++) keys.Add(await _bench.AcceptAsync($"{i}", Pushed));
        await OpenedAsync();
        var sent = _bench.Channel.Sent.Count;
        await _bench.UntilAsync(async () => (await StatesAsync(keys)).All(static d => d.State == DeliveryState.Queued));

        _bench.Clock.Advance(TimeSpan.FromSeconds(20));
        var other = await _bench.AcceptAsync("other", Healthy);
        await _bench.UntilAsync(other, DeliveryState.Delivered);
        Assert.That(ToPushed(), Is.EqualTo(sent), "no attempt while it is open");

        _isDown = false;
        _bench.Clock.Advance(TimeSpan.FromSeconds(10));
        foreach (var key in keys) await DeliveredAsync(key);
        Assert.That(_bench.Breakers.NotClosed, Is.Empty);
    }

    [TestCase(FailureFault.System)]
    [TestCase(FailureFault.Unclear)]
    public async Task Should_not_spend_attempts_on_a_long_outage(FailureFault fault)
    {
        _fault = fault;
        await StartAsync(maxDelay: TimeSpan.FromMinutes(1));
        List<MessageKey> keys = [await _bench.AcceptAsync("1", Pushed), await _bench.AcceptAsync("2", Pushed)];
        await OpenedAsync();
        for (var i = 0; i < 90; i++)
        {
            await QuietAsync(keys);
            _bench.Clock.Advance(TimeSpan.FromSeconds(20));
        }

        await QuietAsync(keys);
        Assert.That(ToPushed(), Is.InRange(11, 40), "more probes than a delivery has attempts, and about one a minute");
        Assert.That((await StatesAsync(keys)).Select(static d => d.Attempts), Is.EqualTo(new[] { 1, 1 }));
        _isDown = false;
        foreach (var key in keys) await DeliveredAsync(key);
    }

    [TestCase(FailureFault.System)]
    [TestCase(FailureFault.Unclear)]
    public async Task Should_not_take_two_messages_that_always_fail_for_an_outage(FailureFault fault)
    {
        _fault = fault;
        await StartAsync(maxDelay: TimeSpan.FromMinutes(1));
        MessageKey[] bad = [await _bench.AcceptAsync("1", Pushed), await _bench.AcceptAsync("2", Pushed)];
        await OpenedAsync();
        _badOnes = bad;
        for (var i = 0; (await StatesAsync(bad)).Any(static d => d.State != DeliveryState.Dead); i++)
        {
            Assert.That(i, Is.LessThan(40), "they die of their attempts");
            var healthy = await _bench.AcceptAsync($"healthy-{i}", Pushed);
            var asked = _bench.Clock.GetUtcNow();
            await DeliveredAsync(healthy);
            Assert.That(_bench.Clock.GetUtcNow() - asked, Is.LessThan(TimeSpan.FromMinutes(10)));
            _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Test]
    public async Task Should_learn_nothing_of_it_from_what_the_hub_ends_itself()
    {
        await StartAsync(maxDelay: TimeSpan.FromMinutes(1));
        List<MessageKey> keys = [await _bench.AcceptAsync("1", Pushed), await _bench.AcceptAsync("2", Pushed)];
        await OpenedAsync();
        var since = _bench.Breakers.NotClosed.Single().Value.Since;
        var erased = await _bench.AcceptAsync("erased", Pushed);
        await _bench.Store.WriteAsync(t => t.EraseAsync(erased, _bench.Clock.GetUtcNow()));
        for (var i = 0; i < 40; i++)
        {
            await QuietAsync(keys);
            _bench.Clock.Advance(TimeSpan.FromSeconds(20));
        }

        await _bench.UntilAsync(erased, DeliveryState.Dead);
        Assert.That(_bench.Breakers.NotClosed.Single().Value.Since, Is.EqualTo(since), "it never answered");
    }

    [Test]
    public async Task Should_forget_it_when_it_leaves_the_registry()
    {
        await StartAsync();
        await _bench.AcceptAsync("1", Pushed);
        await _bench.AcceptAsync("2", Pushed);
        await OpenedAsync();
        var content = _bench.Registry.Current.Content;
        _bench.Registry.Current = new RegistrySnapshot(2, content with { Systems = [.. content.Systems.Where(static s => s.Address != Pushed)] });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_bench.Breakers.NotClosed.Count > 0)
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, patience.Token);
        }
    }

    [Test]
    public async Task Should_queue_what_comes_meanwhile_and_end_what_expires()
    {
        await StartAsync();
        await _bench.AcceptAsync("1", Pushed);
        await _bench.AcceptAsync("2", Pushed);
        await OpenedAsync();
        var sent = ToPushed();
        var expiring = await _bench.AcceptAsync("3", Pushed, expires: _bench.Clock.GetUtcNow().AddSeconds(8));
        Assert.That((await _bench.DeliveryAsync(expiring)).State, Is.EqualTo(DeliveryState.Queued), "the direct way is closed");
        _bench.Clock.Advance(TimeSpan.FromSeconds(10));
        _bench.Clock.Advance(TimeSpan.FromSeconds(6));
        await _bench.UntilAsync(expiring, DeliveryState.Expired);
        Assert.That(ToPushed(), Is.EqualTo(sent));
    }

    private async Task StartAsync(TimeSpan? maxDelay = null)
    {
        _isDown = true;
        var policy = new DeliveryPolicy
        {
            MaxAttempts = 8, FirstDelay = TimeSpan.FromSeconds(2), MaxDelay = maxDelay ?? TimeSpan.FromMinutes(15), Jitter = 0, BreakerFailures = 2, BreakerOpen = TimeSpan.FromSeconds(30),
        };
        _bench = await DeliveryBench.StartAsync(Content(policy, new AgencySystem
        {
            Address = Healthy, Name = "Healthy", Policy = policy, Channel = new ChannelSettings("push", new Uri("https://healthy.example/in")),
        }));
        _bench.Channel.Partner = (delivery, _) => Task.FromResult<AttemptOutcome>(
            _isDown && delivery.Recipient.Address == Pushed && _badOnes?.Contains(delivery.Message.Key) != false
                ? new AttemptOutcome.Failed(ProblemCode.RecipientUnreachable, "connection refused") { Fault = _fault }
                : new AttemptOutcome.Delivered());
        _bench.Dispatch();
    }

    private async Task OpenedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_bench.Breakers.NotClosed.Count == 0)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Until nothing more happens at this instant: the breaker is open, or nothing is due for a probe.</summary>
    private async Task QuietAsync(IReadOnlyList<MessageKey> keys)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var now = _bench.Clock.GetUtcNow();
            var deliveries = await StatesAsync(keys);
            var isOpen = _bench.Breakers.NotClosed.All(b => b.Value.PhaseAt(now) == BreakerPhase.Open);
            if (deliveries.All(d => d.State == DeliveryState.Queued && (isOpen || d.Due > now))) return;
            await Task.Delay(5, patience.Token);
        }
    }

    private async Task DeliveredAsync(MessageKey key)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await _bench.DeliveryAsync(key)).State != DeliveryState.Delivered)
        {
            patience.Token.ThrowIfCancellationRequested();
            _bench.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task<IReadOnlyList<DeliveryRecord>> StatesAsync(IEnumerable<MessageKey> keys)
    {
        List<DeliveryRecord> found = [];
        foreach (var key in keys) found.Add(await _bench.DeliveryAsync(key));
        return found;
    }

    private int ToPushed() => _bench.Channel.Sent.Count(static o => o.Recipient.Address == Pushed);
}
