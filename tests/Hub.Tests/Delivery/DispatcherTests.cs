using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class DispatcherTests
{
    private static readonly AttemptOutcome Failed = new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 503");
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Delivered_ExactBytesWithAStatement_AndAnEntry()
    {
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        var delivery = await _bench.UntilAsync(key, DeliveryState.Delivered);
        var sent = _bench.Channel.Sent.Single();
        var statement = DeliveryStatement.Verify(sent.Statement, _bench.Keys.StatementVerifier);
        Assert.That(sent.Octets.ToArray(), Is.EqualTo((await _bench.Store.ReadOctetsAsync(key))!.Value.ToArray()));
        Assert.That((statement.Message, statement.Sha256, statement.Recipient, statement.Why), Is.EqualTo((key, sent.Message.Sha256, Pushed, "direct")));
        Assert.That((delivery.Attempts, delivery.DeliveredAt), Is.EqualTo((1, (DateTimeOffset?)_bench.Clock.GetUtcNow())));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.delivered" }));
    }

    [Test]
    public async Task Delivered_AcceptedBeforeTheStart_IsFoundByPolling()
    {
        var key = await _bench.AcceptAsync("1", Pushed);
        _bench.Dispatch();
        await _bench.UntilAsync(key, DeliveryState.Delivered);
    }

    [Test]
    public async Task Delivered_ClaimedWhileTheStoreCannotBeRead_ComesRoundWithoutWaitingForTheEndOfItsClaim()
    {
        var away = new FailingStore.Switch();
        foreach (var read in new[] { nameof(IHubStore.FindMessageAsync), nameof(IHubStore.ReadMessagesAsync) })
            away.Failing[read] = ProblemCode.Unavailable.With("The store is away (injected).");
        var key = await _bench.AcceptAsync("1", Pushed);
        _bench.Dispatch(store: FailingStore.Wrap(_bench.Store, away));
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Claimed });
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, Attempts: 0 });

        away.Failing.Clear();
        _bench.Clock.Advance(TimeSpan.FromSeconds(2));

        var delivered = await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That((delivered.Attempts, _bench.Channel.Sent.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Delivered_WithBusinessAnswer_AcknowledgedAndReportedToTheSender()
    {
        _bench.Channel.Partner = (_, _) => Outcome(new AttemptOutcome.Delivered(new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận")));
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        var delivery = await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        Assert.That((delivery.Outcome, delivery.Status, delivery.Reason, delivery.AssertedBy), Is.EqualTo(("refused", "02", "Sai nơi nhận", "hub")));
        var report = (await _bench.TakeAllAsync(Sender)).Single();
        var answer = Acknowledgement.Read(report);
        Assert.That((answer.Message, answer.Status, answer.AssertedBy, report.InReplyTo!.Key, report.From), Is.EqualTo((key, "02", "hub", key, _bench.Keys.Address)));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.delivered", "delivery.acknowledged" }));
    }

    [Test]
    public async Task Failed_IsTriedAgainWhenDue()
    {
        _bench.Channel.Partner = (d, _) => Outcome(d.Delivery.Attempts == 1 ? Failed : new AttemptOutcome.Delivered());
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, Attempts: 1 });
        var queued = await _bench.DeliveryAsync(key);
        Assert.That((queued.Due, queued.LastProblem), Is.EqualTo((_bench.Clock.GetUtcNow().AddSeconds(2), "recipient-failed")));
        _bench.Clock.Advance(TimeSpan.FromSeconds(3));
        var delivery = await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That((delivery.Attempts, delivery.LastProblem), Is.EqualTo((2, (string?)null)));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.attempt-failed", "delivery.delivered" }));
    }

    [Test]
    public async Task Failed_DueBeforeTheNextPoll_IsTriedAgainWhenDue()
    {
        await _bench.DisposeAsync();
        _bench = await StartAsync(Content(new DeliveryPolicy { FirstDelay = TimeSpan.FromMilliseconds(500), Factor = 1, Jitter = 0 }));
        _bench.Channel.Partner = (_, _) => Outcome(Failed);
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await AttemptedAsync(key, 1);
        _bench.Clock.Advance(TimeSpan.FromMilliseconds(500));
        await AttemptedAsync(key, 2);
        _bench.Clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.That((await _bench.DeliveryAsync(key)).Attempts, Is.EqualTo(2), "it is due a millisecond later");
    }

    [Test]
    public async Task Failed_TooOften_DeadAndTheSenderHearsOfIt()
    {
        _bench.Channel.Partner = (_, _) => Outcome(Failed);
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        for (var attempt = 1; attempt < 3; attempt++)
        {
            await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued } d && d.Attempts == attempt);
            _bench.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await _bench.UntilAsync(key, DeliveryState.Dead);
        var failure = DeliveryFailure.Read((await _bench.TakeAllAsync(Sender)).Single());
        Assert.That(
            (failure.Message, failure.Recipient, failure.State, failure.Code, failure.Attempts), Is.EqualTo((key, Pushed, "dead", "recipient-failed", 3)));
        Assert.That((await _bench.KindsAsync(key))[^1], Is.EqualTo("delivery.dead"));
    }

    [Test]
    public async Task Rejected_DeadAtOnceWithThePartnersReason()
    {
        _bench.Channel.Partner = (_, _) => Outcome(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no such department"));
        _bench.Dispatch();
        var dead = await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed), DeliveryState.Dead);
        Assert.That((dead.Attempts, dead.LastProblem, dead.LastDetail), Is.EqualTo((1, "recipient-rejected", "no such department")));
    }

    [Test]
    public async Task Dead_MessageOfTheHubsOwnProtocol_BreedsNoNotice()
    {
        _bench.Channel.Partner = (_, _) => Outcome(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no"));
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed, type: "hub.ack.v1"), DeliveryState.Dead);
        Assert.That(await _bench.TakeAllAsync(Sender), Is.Empty);
    }

    [Test]
    public async Task Channel_Throws_CountsAsAFailedAttempt()
    {
        _bench.Channel.Partner = (_, _) => throw new InvalidOperationException("bug");
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, LastProblem: "internal-error" });
    }

    [Test]
    public async Task Channel_NeverAnswers_EndsAtThePolicysTimeOut()
    {
        _bench.Channel.Partner = NeverAsync;
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await _bench.UntilAsync(key, DeliveryState.Claimed);
        await SentAsync(1);
        _bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, LastProblem: "recipient-timeout" });
    }

    [Test]
    public async Task Expired_WhileQueued_EndsAndTheSenderHearsOfIt()
    {
        await DispatchAsync();
        var key = await _bench.AcceptAsync("1", Puller, expires: _bench.Clock.GetUtcNow().AddMinutes(1));
        _bench.Clock.Advance(TimeSpan.FromSeconds(66));
        await _bench.UntilAsync(key, DeliveryState.Expired);
        Assert.That(DeliveryFailure.Read((await _bench.TakeAllAsync(Sender)).Single()).State, Is.EqualTo("expired"));
    }

    [Test]
    public async Task Mailbox_NobodyEmptiesIt_DeliveryDiesOfAge()
    {
        await _bench.DisposeAsync();
        _bench = await StartAsync(Content(new DeliveryPolicy { MaxAge = TimeSpan.FromMinutes(10) }));
        await DispatchAsync();
        var key = await _bench.AcceptAsync("1", Puller);
        _bench.Clock.Advance(TimeSpan.FromMinutes(12));
        await _bench.UntilAsync(key, DeliveryState.Dead);
    }

    [Test]
    public async Task NotBefore_IsWaitedFor()
    {
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed, notBefore: _bench.Clock.GetUtcNow().AddMinutes(1));
        var other = await _bench.AcceptAsync("2", Pushed);
        await _bench.UntilAsync(other, DeliveryState.Delivered);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Queued));
        _bench.Clock.Advance(TimeSpan.FromSeconds(61));
        await _bench.UntilAsync(key, DeliveryState.Delivered);
    }

    [Test]
    public async Task SignedAnswer_WhileTheAttemptIsInFlight_Stays()
    {
        var release = new TaskCompletionSource();
        _bench.Channel.Partner = async (_, _) =>
        {
            await release.Task;
            return Failed;
        };
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await SentAsync(1);
        var sha256 = _bench.Channel.Sent[0].Message.Sha256;
        await _bench.AcknowledgeAsync(Pushed, new Acknowledgement(key, sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow()));
        release.SetResult();
        await _bench.UntilAsync(await _bench.AcceptAsync("2", Pushed), DeliveryState.Queued);
        var delivery = await _bench.DeliveryAsync(key);
        Assert.That((delivery.State, delivery.Status, delivery.AssertedBy), Is.EqualTo((DeliveryState.Acknowledged, "03", "recipient")));
    }

    [Test]
    public async Task ManyDeliveries_EachAttemptedOnce_WithinTheSystemsLimit()
    {
        var gate = new SemaphoreSlim(0);
        _bench.Channel.Partner = async (_, token) =>
        {
            await gate.WaitAsync(token);
            return new AttemptOutcome.Delivered();
        };
        List<MessageKey> keys = [];
        for (var i = 0; i < 200; i++) keys.Add(await _bench.AcceptAsync($"m{i}", Pushed));
        _bench.Dispatch();
        await SentAsync(16);
        gate.Release(200);
        await _bench.UntilAsync(async () => (await _bench.Store.ReadStatisticsAsync()).Deliveries.GetValueOrDefault(DeliveryState.Delivered) == 200);
        Assert.That(_bench.Channel.MostInFlight(Pushed), Is.EqualTo(16));
        Assert.That(_bench.Channel.Sent.Select(s => s.Message.Key), Is.EquivalentTo(keys));
    }

    [Test]
    public async Task StuckSystems_ThatHoldEveryPlace_DoNotStopAnother()
    {
        await _bench.DisposeAsync();
        var stuck = Enumerable.Range(50, 5).Select(i => new AgencySystem
        {
            Address = SystemAddress.Parse($"H06.{i}/qlvb"), Name = "Stuck", Channel = new ChannelSettings("push", new Uri("https://stuck.example/in")),
        }).ToArray();
        _bench = await StartAsync(Content(null, stuck));
        _bench.Channel.Partner = (d, token) => d.Recipient.Address == Pushed ? Outcome(new AttemptOutcome.Delivered()) : NeverAsync(d, token);
        foreach (var system in stuck)
        {
            for (var i = 0; i < 16; i++) await _bench.AcceptAsync($"{system.Address.Agency}-{i}", system.Address);
        }

        _bench.Dispatch();
        await SentAsync(64);
        var key = await _bench.AcceptAsync("1", Pushed);
        _bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await _bench.UntilAsync(key, DeliveryState.Delivered);
    }

    [Test]
    public async Task Crash_InTheMiddleOfAnAttempt_IsMadeAgainRightAfterTheRestart()
    {
        _bench.Channel.Partner = NeverAsync;
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await SentAsync(1);
        await _bench.CrashAndRestartAsync();
        _bench.Channel.Partner = (_, _) => Outcome(new AttemptOutcome.Delivered());
        _bench.Dispatch();
        var delivered = await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That((delivered.Attempts, delivered.Interruptions), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Crash_WithFewAttemptsAllowed_CostsNone()
    {
        await _bench.DisposeAsync();
        _bench = await StartAsync(Content(new DeliveryPolicy { MaxAttempts = 2, FirstDelay = TimeSpan.FromSeconds(1), Jitter = 0 }));
        _bench.Channel.Partner = NeverAsync;
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await SentAsync(1);
        await _bench.CrashAndRestartAsync();
        _bench.Channel.Partner = (d, _) => Outcome(d.Delivery.Attempts == 1 ? Failed : new AttemptOutcome.Delivered());
        _bench.Dispatch();
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: not DeliveryState.Claimed, LastProblem: not null });
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Queued));
    }

    [Test]
    public async Task Restart_MailboxClaims_Survive()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = (await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero)).Single();
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("2", Pushed), DeliveryState.Delivered);
        await _bench.CrashAndRestartAsync();
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("3", Pushed), DeliveryState.Delivered);
        await _bench.Mailbox.AckAsync(Puller, claim.Claim);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Delivered));
    }

    [Test]
    public async Task Stop_AttemptsInFlightEnd_AndTheRestGoesBack()
    {
        var release = new TaskCompletionSource();
        _bench.Channel.Partner = async (_, _) =>
        {
            await release.Task;
            return new AttemptOutcome.Delivered();
        };
        for (var i = 0; i < 40; i++) await _bench.AcceptAsync($"m{i}", Pushed);
        _bench.Dispatch();
        await SentAsync(16);
        var stopped = _bench.BeginStopAsync();
        release.SetResult();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        var states = (await _bench.Store.ReadStatisticsAsync()).Deliveries;
        Assert.That((states.GetValueOrDefault(DeliveryState.Delivered), states.GetValueOrDefault(DeliveryState.Queued)), Is.EqualTo((16, 24)));
        var queued = await _bench.Store.ListDeliveriesAsync(DeliveryState.Queued, Pushed, null, 100);
        Assert.That(queued.Items.Select(d => d.Attempts), Is.All.Zero);
    }

    [Test]
    public async Task Stop_AttemptThatDoesNotEnd_IsCutShortAndStaysQueued()
    {
        _bench.Channel.Partner = NeverAsync;
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", Pushed);
        await SentAsync(1);
        var stopped = _bench.BeginStopAsync();
        while (!stopped.IsCompleted)
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(stopped, Task.Delay(20));
        }

        await stopped;
        Assert.That(await _bench.DeliveryAsync(key), Has.Property(nameof(DeliveryRecord.State)).EqualTo(DeliveryState.Queued));
    }

    /// <summary>Starts the dispatcher and waits until it is under way, its timers included.</summary>
    private async Task DispatchAsync()
    {
        _bench.Dispatch();
        await _bench.UntilAsync(await _bench.AcceptAsync("first", Pushed), DeliveryState.Delivered);
    }

    private Task AttemptedAsync(MessageKey key, int attempts) =>
        _bench.UntilAsync(async () => await _bench.DeliveryAsync(key) is { State: DeliveryState.Queued } d && d.Attempts == attempts);

    private async Task SentAsync(int count) => await _bench.Channel.SentAsync(count);

    private static Task<AttemptOutcome> Outcome(AttemptOutcome outcome) => Task.FromResult(outcome);

    private static async Task<AttemptOutcome> NeverAsync(OutgoingDelivery delivery, CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        return Failed;
    }
}
