using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Intake;
using Hub.Tests.Storage;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Intake;

public sealed class TypeGlanceTests
{
    private static readonly Envelope Acknowledging = Document("a-1") with
    {
        Type = MessageType.Acknowledgement,
        Subject = null,
        Payload = new Acknowledgement(StoreSamples.NewMessage("m").Key, new string('a', 64), AcknowledgementOutcome.Accepted, "03", null, DateTimeOffset.UnixEpoch).ToPayload(),
    };

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public async Task IsAcknowledgement_TellsItFromADocument(EnvelopeEncoding encoding)
    {
        Assert.That(TypeGlance.IsAcknowledgement(await SignAsync(Acknowledging, encoding), encoding));
        Assert.That(TypeGlance.IsAcknowledgement(await SignAsync(Document("a-2"), encoding), encoding), Is.False);
    }

    [Test]
    public async Task IsAcknowledgement_CannotBeReadOrIsLarge_IsFalse()
    {
        Assert.That(TypeGlance.IsAcknowledgement("nonsense"u8.ToArray(), EnvelopeEncoding.Json), Is.False);
        Assert.That(TypeGlance.IsAcknowledgement("nonsense"u8.ToArray(), EnvelopeEncoding.Xml), Is.False);
        byte[] large = [.. await SignAsync(Acknowledging, EnvelopeEncoding.Xml), .. new byte[TypeGlance.MaxBytes]];
        Assert.That(TypeGlance.IsAcknowledgement(large, EnvelopeEncoding.Xml), Is.False);
    }

    private static async Task<byte[]> SignAsync(Envelope envelope, EnvelopeEncoding encoding) => await EnvelopeCodec.SignAsync(envelope, encoding, NewSigner());
}
