using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class AcknowledgementsTests
{
    private DeliveryBench _bench = null!;
    private MessageKey _key;
    private string _sha256 = "";

    [SetUp]
    public async Task Start()
    {
        _bench = await StartAsync();
        _key = await _bench.AcceptAsync("1", Puller);
        _sha256 = (await _bench.Store.FindMessageAsync(_key))!.Sha256;
    }

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [TestCase(AcknowledgementOutcome.Accepted, "03", "accepted")]
    [TestCase(AcknowledgementOutcome.Refused, "02", "refused")]
    public async Task ApplySigned_ByTheRecipient_EndsTheDelivery(AcknowledgementOutcome outcome, string status, string text)
    {
        var sender = await _bench.AcknowledgeAsync(Puller, Answer(status, outcome));
        var delivery = await _bench.DeliveryAsync(_key);
        Assert.That(sender, Is.EqualTo(Sender));
        Assert.That((delivery.State, delivery.Outcome, delivery.Status, delivery.AssertedBy), Is.EqualTo((DeliveryState.Acknowledged, text, status, "recipient")));
        Assert.That((await _bench.KindsAsync(_key))[^1], Is.EqualTo("delivery.acknowledged"));
    }

    [Test]
    public async Task ApplySigned_LaterAnswer_ReplacesTheEarlier_AndBothStandInTheTrail()
    {
        await _bench.AcknowledgeAsync(Puller, Answer("01"));
        await _bench.AcknowledgeAsync(Puller, Answer("03"));
        Assert.That((await _bench.DeliveryAsync(_key)).Status, Is.EqualTo("03"));
        Assert.That((await _bench.KindsAsync(_key)).Count(k => k == "delivery.acknowledged"), Is.EqualTo(2));
    }

    [Test]
    public void ApplySigned_BySomebodyElse_NotFound() =>
        Assert.That(CodeOf(async () => await _bench.AcknowledgeAsync(Pushed, Answer("03"))), Is.EqualTo("not-found"));

    [Test]
    public void ApplySigned_OtherDigest_DigestMismatch() =>
        Assert.That(CodeOf(async () => await _bench.AcknowledgeAsync(Puller, Answer("03") with { Sha256 = new string('0', 64) })), Is.EqualTo("digest-mismatch"));

    [TestCase("00")]
    [TestCase("07")]
    [TestCase("14")]
    public void ApplySigned_UnknownStatus_SchemaViolation(string status) =>
        Assert.That(CodeOf(async () => await _bench.AcknowledgeAsync(Puller, Answer(status))), Is.EqualTo("schema-violation"));

    [Test]
    public void ApplySigned_ClaimsToBeTheHub_SchemaViolation() =>
        Assert.That(CodeOf(async () => await _bench.AcknowledgeAsync(Puller, Answer("03") with { AssertedBy = "hub" })), Is.EqualTo("schema-violation"));

    private Acknowledgement Answer(string status, AcknowledgementOutcome outcome = AcknowledgementOutcome.Accepted) =>
        new(_key, _sha256, outcome, status, outcome == AcknowledgementOutcome.Refused ? "Sai nơi nhận" : null, _bench.Clock.GetUtcNow());
}
