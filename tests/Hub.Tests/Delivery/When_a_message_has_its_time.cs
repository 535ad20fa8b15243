using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public sealed class When_a_message_has_its_time
{
    private static readonly TimeSpan Ten = TimeSpan.FromMinutes(10);
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync(Content(new DeliveryPolicy { MaxInFlight = 1, Timeout = TimeSpan.FromMinutes(9) }));

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_not_push_before_it_though_the_direct_way_is_open_nor_after_a_restart()
    {
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("opens", Pushed), DeliveryState.Delivered);
        var held = await _bench.AcceptAsync("held", Pushed, notBefore: _bench.Clock.GetUtcNow() + Ten);
        await _bench.UntilAsync(await _bench.AcceptAsync("after", Pushed), DeliveryState.Delivered);
        Assert.That((await _bench.DeliveryAsync(held)).State, Is.EqualTo(DeliveryState.Queued));

        await _bench.StopAsync();
        await _bench.CrashAndRestartAsync();
        _bench.Clock.Advance(Ten - TimeSpan.FromMilliseconds(1));
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("more", Pushed), DeliveryState.Delivered);
        Assert.That((await _bench.DeliveryAsync(held)).Attempts, Is.Zero);
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await _bench.UntilAsync(held, DeliveryState.Delivered);
    }

    [Test]
    public async Task Should_not_push_what_expired_while_the_hub_was_down()
    {
        var expiring = await _bench.AcceptAsync("1", Pushed, expires: _bench.Clock.GetUtcNow() + Ten);
        await _bench.CrashAndRestartAsync();
        _bench.Clock.Advance(Ten);
        _bench.Dispatch();
        await _bench.UntilAsync(expiring, DeliveryState.Expired);
        Assert.That(_bench.Channel.Sent, Is.Empty);
    }

    [Test]
    public async Task Should_not_push_what_expired_in_the_dispatchers_hands()
    {
        using var answers = new SemaphoreSlim(0);
        _bench.Channel.Partner = async (_, stopping) =>
        {
            await answers.WaitAsync(stopping);
            return new AttemptOutcome.Delivered();
        };
        _bench.Dispatch();
        answers.Release();
        await _bench.UntilAsync(await _bench.AcceptAsync("opens", Pushed), DeliveryState.Delivered);
        var slow = await _bench.AcceptAsync("slow", Pushed);
        await _bench.Channel.SentAsync(2);
        var expiring = await _bench.AcceptAsync("2", Pushed, expires: _bench.Clock.GetUtcNow().AddSeconds(1));
        Assert.That((await _bench.DeliveryAsync(expiring)).State, Is.EqualTo(DeliveryState.Claimed).Or.EqualTo(DeliveryState.Queued));
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        answers.Release();
        await _bench.UntilAsync(slow, DeliveryState.Delivered);
        await _bench.UntilAsync(expiring, DeliveryState.Expired);
        Assert.That(_bench.Channel.Sent, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Should_stand_in_no_mailbox_before_it_nor_after_a_restart()
    {
        await _bench.AcceptAsync("held", Puller, notBefore: _bench.Clock.GetUtcNow() + Ten);
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero), Is.Empty);
        await _bench.CrashAndRestartAsync();
        _bench.Clock.Advance(Ten - TimeSpan.FromMilliseconds(1));
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero), Is.Empty);
        _bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero)).Select(static c => c.Message.Id), Is.EqualTo(new[] { "held" }));
    }

    [Test]
    public async Task Should_not_be_handed_out_of_a_mailbox_once_it_has_expired_nor_after_a_restart()
    {
        var expiring = await _bench.AcceptAsync("1", Puller, expires: _bench.Clock.GetUtcNow() + Ten);
        await _bench.CrashAndRestartAsync();
        _bench.Clock.Advance(Ten);
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero), Is.Empty);
        Assert.That((await _bench.DeliveryAsync(expiring)).State, Is.EqualTo(DeliveryState.Expired));
    }
}
