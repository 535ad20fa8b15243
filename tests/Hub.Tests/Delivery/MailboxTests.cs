using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class MailboxTests
{
    private static readonly TimeSpan ClaimDuration = TimeSpan.FromSeconds(60);
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Claim_DueDelivery_HandsItOutWithAStatement()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        Assert.That(DeliveryStatement.Verify(claim.Statement, _bench.Keys.StatementVerifier).Message, Is.EqualTo(key));
        Assert.That((claim.Message.Key, claim.Delivery.Attempts, claim.ClaimedUntil), Is.EqualTo((key, 1, _bench.Clock.GetUtcNow() + ClaimDuration)));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.claimed" }));
    }

    [Test]
    public async Task Claim_WhileClaimed_GivesNothing()
    {
        await _bench.AcceptAsync("1", Puller);
        await ClaimOneAsync();
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero), Is.Empty);
    }

    [Test]
    public async Task Claim_AfterTheClaimEnded_HandsItOutAgain()
    {
        await _bench.AcceptAsync("1", Puller);
        var first = await ClaimOneAsync();
        _bench.Clock.Advance(ClaimDuration);
        var second = await ClaimOneAsync();
        Assert.That(second.Claim, Is.Not.EqualTo(first.Claim));
        Assert.That(second.Delivery.Attempts, Is.EqualTo(2));
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, first.Claim)), Is.EqualTo("claim-lost"));
    }

    [Test]
    public async Task Ack_ManyClaimsThatAreNotItsOwn_IsRateLimitedBeforeTheCommitter_OthersGoOn()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        for (var i = 0; i < 300; i++) Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, $"none-{i}")), Is.EqualTo("claim-lost"));
        for (var i = 0; i < 100; i++) Assert.That(CodeOf(async () => await _bench.Mailbox.NackAsync(Puller, $"none-{i}")), Is.EqualTo("claim-lost"));
        for (var i = 0; i < 50; i++) Assert.That(CodeOf(async () => await _bench.Mailbox.RenewAsync(Puller, $"none-{i}")), Is.EqualTo("claim-lost"));
        for (var i = 0; i < 600; i++) await _bench.Mailbox.RenewAsync(Puller, claim.Claim);
        for (var i = 0; i < 50; i++) Assert.That(CodeOf(async () => await _bench.Mailbox.MessageOfAsync(Puller, $"none-{i}")), Is.EqualTo("claim-lost"));
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await _bench.Mailbox.AckAsync(Puller, "none"))!.Problem;
        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((ProblemCode.RateLimited, (TimeSpan?)TimeSpan.FromMilliseconds(50))));
        Assert.That(CodeOf(async () => await _bench.Mailbox.MessageOfAsync(Sender, "none")), Is.EqualTo("claim-lost"));

        _bench.Clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.That((await _bench.Mailbox.AckAsync(Puller, claim.Claim)).State, Is.EqualTo(DeliveryState.Delivered));
        Assert.That(await _bench.Mailbox.MessageOfAsync(Puller, claim.Claim), Is.EqualTo(key));
    }

    [Test]
    public async Task Claim_TooOften_DiesAndTheSenderHearsOfIt()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        for (var i = 0; i < 3; i++)
        {
            await ClaimOneAsync();
            _bench.Clock.Advance(ClaimDuration);
        }

        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero), Is.Empty);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Dead));
        Assert.That(DeliveryFailure.Read((await _bench.TakeAllAsync(Sender)).Single()).Code, Is.EqualTo("claims-exhausted"));
    }

    [Test]
    public async Task Claim_ExpiredMessage_ExpiresInsteadOfBeingHandedOut()
    {
        var key = await _bench.AcceptAsync("1", Puller, expires: _bench.Clock.GetUtcNow().AddSeconds(10));
        _bench.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero), Is.Empty);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Expired));
    }

    [Test]
    public async Task Claim_Waiting_WakesWhenAMessageArrives()
    {
        var waiting = _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.FromSeconds(60)).AsTask();
        var key = await _bench.AcceptAsync("1", Puller);
        var claims = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(claims.Single().Message.Key, Is.EqualTo(key));
    }

    [Test]
    public async Task Claim_Waiting_EndsEmptyWhenTheTimeIsOver()
    {
        var waiting = _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.FromSeconds(2)).AsTask();
        while (!waiting.IsCompleted)
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(waiting, Task.Delay(20));
        }

        Assert.That(await waiting, Is.Empty);
    }

    [Test]
    public void Claim_CallerGoesAway_IsCancelled()
    {
        using var gone = new CancellationTokenSource();
        var waiting = _bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.FromSeconds(60), gone.Token).AsTask();
        gone.Cancel();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(0, 0)]
    [TestCase(101, 0)]
    [TestCase(1, 61)]
    [TestCase(1, -1)]
    public void Claim_OutOfRange_InvalidRequest(int max, int seconds) =>
        Assert.That(CodeOf(async () => await _bench.Mailbox.ClaimAsync(Puller, max, TimeSpan.FromSeconds(seconds))), Is.EqualTo("invalid-request"));

    [Test]
    public void Claim_SystemThatIsPushedTo_InvalidRequest() =>
        Assert.That(CodeOf(async () => await _bench.Mailbox.ClaimAsync(Pushed, 1, TimeSpan.Zero)), Is.EqualTo("invalid-request"));

    [Test]
    public async Task Ack_Bare_DeliveredAndRepeatable()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        await _bench.Mailbox.AckAsync(Puller, claim.Claim);
        await _bench.Mailbox.AckAsync(Puller, claim.Claim);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Delivered));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.claimed", "delivery.delivered" }));
        Assert.That(await _bench.TakeAllAsync(Sender), Is.Empty);
    }

    [Test]
    public async Task Ack_WithAnswers_TheLatestStandsAndTheSenderGetsEach()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        await _bench.Mailbox.AckAsync(Puller, claim.Claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, "01"));
        await _bench.Mailbox.AckAsync(Puller, claim.Claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, "03"));
        var delivery = await _bench.DeliveryAsync(key);
        Assert.That((delivery.State, delivery.Status, delivery.AssertedBy), Is.EqualTo((DeliveryState.Acknowledged, "03", "hub")));
        Assert.That((await _bench.TakeAllAsync(Sender)).Select(e => Acknowledgement.Read(e).Status), Is.EqualTo(new[] { "01", "03" }));
    }

    [Test]
    public async Task Ack_SameAnswerAgain_ChangesNothingAndTellsNobody()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        var answer = new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai \ud83d nơi nhận");
        await _bench.Mailbox.AckAsync(Puller, claim.Claim, answer);
        var (delivery, checkpoint) = (await _bench.DeliveryAsync(key), await _bench.Store.FindCheckpointAsync());
        Assert.That(await _bench.Mailbox.AckAsync(Puller, claim.Claim, answer), Is.EqualTo(delivery));
        Assert.That(await _bench.Store.FindCheckpointAsync(), Is.EqualTo(checkpoint));
        Assert.That(await _bench.TakeAllAsync(Sender), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Ack_AnswersWithoutEnd_NotAllowedBeyondTheMost()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        for (var i = 0; i < AcknowledgementPolicy.MaxAnswers; i++) await _bench.Mailbox.AckAsync(Puller, claim.Claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, Reason: $"{i}"));
        var more = new UnsignedAnswer(AcknowledgementOutcome.Accepted, Reason: "one more");
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, claim.Claim, more)), Is.EqualTo("not-allowed"));
        Assert.That((await _bench.KindsAsync(key)).Count(k => k == "delivery.acknowledged"), Is.EqualTo(AcknowledgementPolicy.MaxAnswers));
    }

    [Test]
    public async Task Ack_UnsignedAfterSigned_CountsButTellsNobody()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        await _bench.AcknowledgeAsync(Puller, new Acknowledgement(key, claim.Message.Sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow()));
        for (var i = 1; i < AcknowledgementPolicy.MaxAnswers; i++) await _bench.Mailbox.AckAsync(Puller, claim.Claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, "01"));
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, claim.Claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, "01"))), Is.EqualTo("not-allowed"));
        Assert.That((await _bench.DeliveryAsync(key)).Status, Is.EqualTo("03"));
        Assert.That(await _bench.TakeAllAsync(Sender), Is.Empty);
    }

    [Test]
    public async Task Ack_AfterTheClaimEndedButNotClaimedAgain_IsTaken()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        _bench.Clock.Advance(ClaimDuration * 3);
        await _bench.Mailbox.AckAsync(Puller, claim.Claim);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Delivered));
    }

    [Test]
    public async Task Claim_OfAnotherCaller_ClaimLost()
    {
        await _bench.AcceptAsync("1", Puller);
        var claim = (await ClaimOneAsync()).Claim;
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Sender, claim)), Is.EqualTo("claim-lost"));
        Assert.That(CodeOf(async () => await _bench.Mailbox.NackAsync(Sender, claim)), Is.EqualTo("claim-lost"));
        Assert.That(CodeOf(async () => await _bench.Mailbox.RenewAsync(Sender, claim)), Is.EqualTo("claim-lost"));
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("1-00000000000000000000000000000000")]
    public async Task Ack_MadeUpClaim_ClaimLost(string claim)
    {
        await _bench.AcceptAsync("1", Puller);
        await ClaimOneAsync();
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, claim)), Is.EqualTo("claim-lost"));
    }

    [Test]
    public async Task Ack_BadAnswer_SchemaViolationAndTheClaimStays()
    {
        await _bench.AcceptAsync("1", Puller);
        var claim = (await ClaimOneAsync()).Claim;
        Assert.That(
            CodeOf(async () => await _bench.Mailbox.AckAsync(Puller, claim, new UnsignedAnswer(AcknowledgementOutcome.Accepted, "99"))), Is.EqualTo("schema-violation"));
        await _bench.Mailbox.RenewAsync(Puller, claim);
    }

    [Test]
    public async Task Renew_ProlongsTheClaim()
    {
        await _bench.AcceptAsync("1", Puller);
        var claim = await ClaimOneAsync();
        _bench.Clock.Advance(ClaimDuration / 2);
        Assert.That(await _bench.Mailbox.RenewAsync(Puller, claim.Claim), Is.EqualTo(_bench.Clock.GetUtcNow() + ClaimDuration));
        _bench.Clock.Advance(ClaimDuration * 0.9);
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero), Is.Empty);
    }

    [Test]
    public async Task Nack_ComesAgainAfterTheTimeAsked()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        await _bench.Mailbox.NackAsync(Puller, (await ClaimOneAsync()).Claim, "disk full", TimeSpan.FromSeconds(30));
        var queued = await _bench.DeliveryAsync(key);
        Assert.That((queued.State, queued.Due, queued.LastDetail), Is.EqualTo((DeliveryState.Queued, _bench.Clock.GetUtcNow().AddSeconds(30), "disk full")));
        Assert.That(await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero), Is.Empty);
        _bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await ClaimOneAsync();
    }

    [TestCase(499, 499)]
    [TestCase(500, 500)]
    public async Task Nack_ReasonCutInAnEmoji_KeepsWholeCharacters(int before, int kept)
    {
        var key = await _bench.AcceptAsync("1", Puller);
        var reason = new string('x', before) + "😀 and more";
        await _bench.Mailbox.NackAsync(Puller, (await ClaimOneAsync()).Claim, reason);
        var detail = (await _bench.DeliveryAsync(key)).LastDetail!;
        Assert.That(detail, Is.EqualTo(kept == 499 ? reason[..501] : reason[..500]));
    }

    [Test]
    public async Task Nack_ReasonWithHalfACharacter_IsRecordedWithoutIt()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        await _bench.Mailbox.NackAsync(Puller, (await ClaimOneAsync()).Claim, "a\ud83d");
        Assert.That((await _bench.DeliveryAsync(key)).LastDetail, Is.EqualTo("a\uFFFD"));
    }

    [Test]
    public async Task Nack_TooOften_Dies()
    {
        var key = await _bench.AcceptAsync("1", Puller);
        for (var i = 0; i < 3; i++)
        {
            await _bench.Mailbox.NackAsync(Puller, (await ClaimOneAsync()).Claim, "cannot read it");
            _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Dead));
        Assert.That(DeliveryFailure.Read((await _bench.TakeAllAsync(Sender)).Single()).Reason, Does.StartWith("cannot read it"));
    }

    [Test]
    public async Task Nack_AfterAck_ClaimLost()
    {
        await _bench.AcceptAsync("1", Puller);
        var claim = (await ClaimOneAsync()).Claim;
        await _bench.Mailbox.AckAsync(Puller, claim);
        Assert.That(CodeOf(async () => await _bench.Mailbox.NackAsync(Puller, claim)), Is.EqualTo("claim-lost"));
    }

    private async Task<MailboxClaim> ClaimOneAsync() => (await _bench.Mailbox.ClaimAsync(Puller, 1, TimeSpan.Zero)).Single();
}
