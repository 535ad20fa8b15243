using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
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
    public async Task AcceptAsync_AnswerOfARecipientWhoseAgencyWasReorganisedAway_IsRecorded_AndNothingElseOfIt()
    {
        await _bench.Registry.ImportAsync(
            _bench.Yaml + "\nreorganisations:\n  - {id: nq-1, on: 2026-03-02T03:00:00Z, basis: NQ 1, acts: [{act: merge, agency: H06.40.01, successors: [{agency: H06.40.02}]}]}\n", "operator:test");
        _bench.Clock.Advance(TimeSpan.FromHours(2));
        await _bench.SendAsync(Answer());
        Assert.That((await _bench.Store.ListDeliveriesAsync(_message.Key)).Single().State, Is.EqualTo(DeliveryState.Acknowledged));
        Assert.That((await _bench.RefusedAsync(Document("b-1", "H06") with { From = Commune })).Code.Code, Is.EqualTo("not-allowed"));
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

    [Test]
    public async Task AcceptAsync_SameAnswerAsAnotherMessage_IsADuplicateOfTheFirst()
    {
        var first = await _bench.SendAsync(Answer());
        var state = await _bench.StateAsync();
        var again = await _bench.SendAsync(Answer() with { Id = "ack-2" });
        Assert.That((again.Duplicate, again.Key, again.Receipt.ToString()), Is.EqualTo((true, first.Key, first.Receipt.ToString())));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task AcceptAsync_AnswersWithoutEnd_AreNotAllowedBeyondTheMost()
    {
        for (var i = 0; i < AcknowledgementPolicy.MaxAnswers; i++) await _bench.SendAsync(Answer(reason: $"{i}") with { Id = $"ack-{i}" });
        var refused = await _bench.RefusedAsync(Answer(reason: "one more") with { Id = "ack-more" });
        Assert.That(refused.Code.Code, Is.EqualTo("not-allowed"));
        Assert.That((await _bench.SendAsync(Answer(reason: "31") with { Id = "again" })).Duplicate, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task AcceptAsync_AnswerWithAnAttachment_IsNotAllowed(bool inline)
    {
        var content = "x"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        _bench.Uploads.Put(Commune, sha256, size: 1, offset: 1);
        var attachment = new Attachment { Name = "x.bin", MediaType = "application/octet-stream", Size = 1, Sha256 = sha256, Inline = inline ? content : default(ReadOnlyMemory<byte>?) };
        Assert.That((await _bench.RefusedAsync(Answer() with { Attachments = [attachment] })).Code.Code, Is.EqualTo("not-allowed"));
    }

    [Test]
    public async Task AcceptAsync_AnswerWithAnExtension_IsNotAllowed() =>
        Assert.That((await _bench.RefusedAsync(Answer() with { Extensions = [new Extension("vn.trace", "content", false)] })).Code.Code, Is.EqualTo("not-allowed"));

    [Test]
    public async Task AcceptAsync_AnswerOfMoreThan64KiB_IsTooLarge()
    {
        var payload = Answer().Payload!;
        var padded = payload with { Data = new byte[] { (byte)'{' }.Concat(Enumerable.Repeat((byte)' ', AcknowledgementRules.MaxBytes)).Concat(payload.Data.ToArray()[1..]).ToArray() };
        Assert.That((await _bench.RefusedAsync(Answer() with { Payload = padded })).Code.Code, Is.EqualTo("too-large"));
    }

    [Test]
    public async Task AcceptAsync_AnswerBeforeNotBefore_IsNotFoundWhateverItSays()
    {
        var held = await _bench.SendAsync(Document("a-2") with { NotBefore = _bench.Clock.GetUtcNow().AddHours(1) });
        _message = (await _bench.Store.FindMessageAsync(held.Key))!;
        Assert.That((await _bench.RefusedAsync(Answer())).Code.Code, Is.EqualTo("not-found"));
        Assert.That((await _bench.RefusedAsync(Answer(sha256: new string('0', 64)))).Code.Code, Is.EqualTo("not-found"));
        Assert.That((await _bench.RefusedAsync(Answer(to: "H06.40/qlvb"))).Code.Code, Is.EqualTo("not-found"));
        _bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That((await _bench.SendAsync(Answer())).Duplicate, Is.False);
    }

    private Envelope Answer(string to = "H06/qlvb", string? sha256 = null, string? assertedBy = null, string? reason = null) => new()
    {
        Id = "ack-1",
        Type = MessageType.Acknowledgement,
        From = Commune,
        To = [new Recipient(RecipientAddress.Parse(to))],
        Created = Registry.RegistrySamples.Now,
        InReplyTo = new InReplyTo(_message.Key, sha256 ?? _message.Sha256),
        Payload = new Acknowledgement(_message.Key, sha256 ?? _message.Sha256, AcknowledgementOutcome.Accepted, "03", reason, Registry.RegistrySamples.Now, assertedBy).ToPayload(),
    };
}
