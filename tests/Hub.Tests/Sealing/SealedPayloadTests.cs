using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;
using Hub.Tests.Golden;

namespace Hub.Tests.Sealing;

[TestFixture]
public sealed class SealedPayloadTests
{
    private static readonly Payload Xml = GoldenModel.Xml("<a xmlns=\"urn:a\">mật</a>");
    private static readonly Payload Json = GoldenModel.Json("{\"a\":\"mật\"}");

    [TestCase(EnvelopeEncoding.Xml, PayloadEncryption.Jwe, 1)]
    [TestCase(EnvelopeEncoding.Xml, PayloadEncryption.XmlEnc11, 3)]
    [TestCase(EnvelopeEncoding.Json, PayloadEncryption.Jwe, 3)]
    [TestCase(EnvelopeEncoding.Json, PayloadEncryption.XmlEnc11, 1)]
    public async Task Seal_InAnEnvelopeOfEitherEncoding_OpensAfterTheJourney(EnvelopeEncoding encoding, PayloadEncryption format, int recipients)
    {
        SealingKey[] keys = [.. SealingPair.All.Take(recipients).Select(static pair => pair.Public)];
        var envelope = GoldenModel.Minimal("s1") with { Payload = SealedPayload.Seal(Xml, format, keys) };
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var octets = await EnvelopeCodec.SignAsync(envelope, encoding, LocalSigner.FromPem("k1", signing.ExportPkcs8PrivateKeyPem()));
        var read = encoding == EnvelopeEncoding.Xml ? XmlEnvelope.ReadUnverified(octets, EnvelopeLimits.Default) : JsonEnvelope.ReadUnverified(octets, EnvelopeLimits.Default);
        Assert.That(read.Payload!.Encryption, Is.EqualTo(format));
        var opened = SealedPayload.Open(read.Payload, [SealingPair.Rsa.Private]);
        Assert.That(opened.Data.ToArray(), Is.EqualTo(Xml.Data.ToArray()));
        Assert.That(opened.MediaType, Is.EqualTo(Xml.MediaType));
    }

    [Test]
    public void Seal_OfJsonByXmlEncryption_SaysWhatFits() =>
        Assert.That(
            Assert.Throws<ProblemException>(() => SealedPayload.Seal(Json, PayloadEncryption.XmlEnc11, [SealingPair.Rsa.Public]))!.Code,
            Is.EqualTo(ProblemCode.UnsupportedProfile));

    [Test]
    public void Open_OfAPlainPayload_Refuses() =>
        Assert.That(Assert.Throws<ProblemException>(() => SealedPayload.Open(Json, [SealingPair.Rsa.Private]))!.Code, Is.EqualTo(ProblemCode.MalformedEnvelope));

    [TestCase(false)]
    [TestCase(true)]
    public void SealedAttachment_WithOrWithoutItsName_Opens(bool sealName)
    {
        var content = RandomNumberGenerator.GetBytes(5_000);
        var octets = SealedAttachment.Seal("Quyết định kỷ luật.pdf", "application/pdf", content, [SealingPair.P256.Public], sealName: sealName);
        var name = SealedAttachment.NameOf("Quyết định kỷ luật.pdf", sealName ? 1 : null);
        Assert.That(name, Is.EqualTo(sealName ? "attachment-1.jwe" : "Quyết định kỷ luật.pdf.jwe"));
        var opened = SealedAttachment.Open(name, octets, [SealingPair.P256.Private]);
        Assert.That(opened.Name, Is.EqualTo("Quyết định kỷ luật.pdf"));
        Assert.That(opened.Content.MediaType, Is.EqualTo("application/pdf"));
        Assert.That(opened.Content.Data.ToArray(), Is.EqualTo(content));
    }

    [TestCase("{\"mediaType\":\"text/plain\",\"name\":\"../../x\"}\n")]
    [TestCase("{\"mediaType\":\"text/plain\"}\n")]
    [TestCase("{\"mediaType\":\"text/plain\",\"name\":\"a.txt\",\"path\":\"/\"}\n")]
    [TestCase("{\"mediaType\":\"nothing\",\"name\":\"a.txt\"}\n")]
    [TestCase("{\"mediaType\":\"text/plain\",\"name\":\"a.txt\"}")]
    public void SealedAttachment_WithABadFirstLine_IsRefused(string line)
    {
        var octets = Jwe.Seal(Encoding.UTF8.GetBytes(line), SealedAttachment.NamedFileMediaType, [SealingPair.Rsa.Public]);
        Assert.That(Assert.Throws<ProblemException>(() => SealedAttachment.Open("a.jwe", octets, [SealingPair.Rsa.Private]))!.Code, Is.EqualTo(ProblemCode.MalformedEnvelope));
    }
}
