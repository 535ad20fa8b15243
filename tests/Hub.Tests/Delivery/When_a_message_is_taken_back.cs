using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>A message is taken back from those who do not have it, and from nobody else.</summary>
public sealed class When_a_message_is_taken_back
{
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await DeliveryBench.StartAsync(Ordered());

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_cancel_what_waits_and_leave_what_is_held()
    {
        var key = await _bench.AcceptAsync("1", [To(Pushed), To(Puller)]);
        await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero);
        var done = await Cancellations.CancelAsync(key, Sender.ToString(), null);
        Assert.That(done.Deliveries.Select(d => (d.Recipient, d.State, done.Cancelled.Contains(d.Id))), Is.EqualTo(new[]
        {
            (Pushed, DeliveryState.Cancelled, true), (Puller, DeliveryState.Claimed, false),
        }));
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("2", Pushed), DeliveryState.Delivered);
        Assert.That(_bench.Channel.Sent.Select(d => d.Message.Id), Is.EqualTo(new[] { "2" }));
        Assert.That((await _bench.KindsAsync(key)).Count(kind => kind == "message.cancelled"), Is.EqualTo(1));
    }

    [Test]
    public async Task Should_take_what_came_back_when_asked_again_and_log_nothing_for_nothing()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = (await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero)).Single();
        Assert.That((await Cancellations.CancelAsync(key, Sender.ToString(), null)).Cancelled, Is.Empty);
        Assert.That(await _bench.KindsAsync(key), Has.None.EqualTo("message.cancelled"));
        await _bench.Mailbox.NackAsync(Puller, claim.Claim);
        Assert.That((await Cancellations.CancelAsync(key, Sender.ToString(), null)).Cancelled, Has.Count.EqualTo(1));
        Assert.That((await Cancellations.CancelAsync(key, Sender.ToString(), null)).Cancelled, Is.Empty);
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero), Is.Empty);
    }

    [Test]
    public async Task Should_free_the_conversation_behind_it()
    {
        _bench.Channel.Partner = (d, _) => Task.FromResult<AttemptOutcome>(d.Message.Id == "1" ? new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 503") : new AttemptOutcome.Delivered());
        var first = await _bench.AcceptAsync("1", Pushed);
        var second = await _bench.AcceptAsync("2", Pushed);
        _bench.Dispatch();
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(first)) is { State: DeliveryState.Queued, Attempts: 1 });
        await Cancellations.CancelAsync(first, Sender.ToString(), null);
        // The clock stands still: no poll comes.
        await _bench.UntilAsync(second, DeliveryState.Delivered);
    }

    [Test]
    public async Task Should_end_a_dead_one_for_good()
    {
        _bench.Channel.Partner = (d, _) => Task.FromResult<AttemptOutcome>(d.Message.Id == "1" ? new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no") : new AttemptOutcome.Delivered());
        _bench.Dispatch();
        var dead = await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed), DeliveryState.Dead);
        var behind = await _bench.AcceptAsync("2", Pushed);
        await Cancellations.CancelAsync(dead.Message, "operator:an", "sent by mistake");
        await _bench.UntilAsync(behind, DeliveryState.Delivered);
        Assert.That(CodeOf(async () => await _bench.DeadLetters.ReplayAsync(dead.Id, "operator:an")), Is.EqualTo("delivery-not-dead"));
    }

    /// <summary>Whoever comes first has it: a message is claimed or cancelled, never both, and never neither.</summary>
    [Test]
    public async Task Should_race_a_claim_and_never_share([Range(1, 20)] int round)
    {
        var keys = new List<MessageKey>();
        for (var i = 0; i < 10; i++) keys.Add(await _bench.AcceptAsync($"{round}-{i}", [To(Puller)], conversation: null));
        var claiming = Task.Run(async () => (await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero)).Select(c => c.Message.Key).ToHashSet());
        var cancelling = keys.Select(key => Task.Run(async () => (key, (await Cancellations.CancelAsync(key, Sender.ToString(), null)).Cancelled.Count)));
        var cancelled = (await Task.WhenAll(cancelling)).Where(one => one.Count == 1).Select(one => one.key).ToHashSet();
        var claimed = await claiming;
        Assert.That(claimed.Intersect(cancelled), Is.Empty);
        foreach (var key in keys)
            Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(claimed.Contains(key) ? DeliveryState.Claimed : DeliveryState.Cancelled));
    }

    [Test]
    public void Should_be_not_found_when_there_is_none() =>
        Assert.That(CodeOf(async () => await Cancellations.CancelAsync(MessageKey.Parse(new string('a', 64)), Sender.ToString(), null)), Is.EqualTo("not-found"));

    private Cancellations Cancellations => new(_bench.Committer, _bench.Store, _bench.Signals, _bench.Clock);

    private static Recipient To(SystemAddress system) => new(RecipientAddress.Parse(system.ToString()));

    private static RegistryContent Ordered()
    {
        var content = Content();
        return content with { Services = [.. content.Services.Select(s => s with { Order = ServiceOrder.Conversation })] };
    }
}
