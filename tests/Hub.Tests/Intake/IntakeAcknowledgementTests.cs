using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Storage;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Intake;

[TestFixture]
public sealed class IntakeAcknowledgementTests
{
    private IntakeBench _bench = null!;
    private MessageRecord _message = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await IntakeBench.StartAsync();
        Acceptance sent = await _bench.SendAsync(Document("a-1"));
        _message = (await _bench.Store.FindMessageAsync(sent.Key))!;
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task AcceptAsync_SignedAnswer_NeedsNoRightAndEndsTheDelivery()
    {
        await _bench.Registry.ImportAsync(_bench.Yaml[.._bench.Yaml.IndexOf("rights:", StringComparison.Ordinal)], "operator:test");
        var first = (await _bench.EntriesAsync()).Length;
        var acceptance = await _bench.SendAsync(Answer());
        var delivery = (await _bench.Store.ListDeliveriesAsync(_message.Key)).Single();
        var back = (await _bench.Store.ListDeliveriesAsync(acceptance.Key)).Single();
        Assert.That((delivery.State, delivery.Status, delivery.AssertedBy), Is.EqualTo((DeliveryState.Acknowledged, "03", "recipient")));
        Assert.That(back.Recipient, Is.EqualTo(Province));
        Assert.That((await _bench.EntriesAsync(first)).Select(e => e.Kind), Is.EqualTo(new[] { EntryKinds.MessageAccepted, EntryKinds.DeliveryAcknowledged }));
    }

    [Test]
    public async Task AcceptAsync_AnswerToASenderWhoseAgencyClosedMeanwhile_IsRecorded()
    {
        await _bench.Registry.ImportAsync(_bench.Yaml.Replace("level: province, parent: G22", "level: province, parent: G22, validUntil: 2020-01-01", StringComparison.Ordinal), "operator:test");
        Assert.That(_bench.Registry.Current.FindAgency(Province.Agency)!.IsOpen(_bench.Clock.GetUtcNow()), Is.False);
        await _bench.SendAsync(Answer());
        Assert.That((await _bench.Store.ListDeliveriesAsync(_message.Key)).Single().State, Is.EqualTo(DeliveryState.Acknowledged));
    }

    [Test]
    public async Task AcceptAsync_SameAnswerAgain_IsADuplicateAndAppliedOnce()
    {
        await _bench.SendAsync(Answer());
        var state = await _bench.StateAsync();
        Assert.That((await _bench.SendAsync(Answer())).Duplicate, Is.True);
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task AcceptAsync_AnswerToSomebodyElse_IsNotAllowed()
    {
        Assert.That((await _bench.RefusedAsync(Answer(to: "H06.40/qlvb"))).Code.Code, Is.EqualTo("not-allowed"));
        Assert.That((await _bench.Store.ListDeliveriesAsync(_message.Key)).Single().State, Is.EqualTo(DeliveryState.Queued));
    }

    [Test]
    public async Task AcceptAsync_AnswerBySomebodyWhoGotNothing_IsNotFound()
    {
        var answer = Answer() with { From = Province, To = [new Recipient(RecipientAddress.Parse("H06.40/qlvb"))] };
        Assert.That((await _bench.RefusedAsync(answer)).Code.Code, Is.EqualTo("not-found"));
    }

    [Test]
    public async Task AcceptAsync_AnswerAboutOtherBytes_IsDigestMismatch() =>
        Assert.That((await _bench.RefusedAsync(Answer(sha256: new string('0', 64)))).Code.Code, Is.EqualTo("digest-mismatch"));

    [Test]
    public async Task AcceptAsync_AnswerInTheHubsName_IsSchemaViolation() =>
        Assert.That((await _bench.RefusedAsync(Answer(assertedBy: "hub"))).Code.Code, Is.EqualTo("schema-violation"));

    [Test]
    public async Task AcceptAsync_AnswerThatNamesTwoMessages_IsSchemaViolation()
    {
        var answer = Answer() with { InReplyTo = new InReplyTo(MessageKey.Of(Province, "other"), _message.Sha256) };
        Assert.That((await _bench.RefusedAsync(answer)).Code.Code, Is.EqualTo("schema-violation"));
    }

    [Test]
    public async Task AcceptAsync_UrgentAnswer_IsNotAllowed() =>
        Assert.That((await _bench.RefusedAsync(Answer() with { Priority = 3 })).Code.Code, Is.EqualTo("not-allowed"));

    private Envelope Answer(string to = "H06/qlvb", string? sha256 = null, string? assertedBy = null) => new()
    {
        Id = "ack-1",
        Type = MessageType.Acknowledgement,
        From = Commune,
        To = [new Recipient(RecipientAddress.Parse(to))],
        Created = Registry.RegistrySamples.Now,
        InReplyTo = new InReplyTo(_message.Key, sha256 ?? _message.Sha256),
        Payload = new Acknowledgement(_message.Key, sha256 ?? _message.Sha256, AcknowledgementOutcome.Accepted, "03", null, Registry.RegistrySamples.Now, assertedBy).ToPayload(),
    };
}
