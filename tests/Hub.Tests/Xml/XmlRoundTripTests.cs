using System.Security.Cryptography;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Xml;

[TestFixture]
public sealed class XmlRoundTripTests
{
    private static readonly GoldenKeys Keys = new();

    [TestCase("rsa1", SignatureAlgorithm.Rs256, false)]
    [TestCase("rsa1", SignatureAlgorithm.Rs384, true)]
    [TestCase("rsa1", SignatureAlgorithm.Rs512, false)]
    [TestCase("rsa1", SignatureAlgorithm.Ps256, true)]
    [TestCase("rsa1", SignatureAlgorithm.Ps384, false)]
    [TestCase("rsa1", SignatureAlgorithm.Ps512, true)]
    [TestCase("ec1", SignatureAlgorithm.Es256, false)]
    [TestCase("ec384", SignatureAlgorithm.Es384, true)]
    public async Task Verify_OfWhatWasSigned_GivesTheModelAndItsDigests(string keyId, SignatureAlgorithm algorithm, bool byCertificate)
    {
        var model = GoldenModel.Full("m-1", GoldenModel.Xml("<a:số xmlns:a=\"urn:x\">1<b xml:lang=\"vi\" a:k=\"&quot;\"></b>&#xD;\n</a:số>"));
        var octets = await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, Keys.Signer(keyId, algorithm, byCertificate));
        var verified = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, Keys.Ring);
        Assert.Multiple(() =>
        {
            Assert.That(EnvelopeText.Of(verified.Envelope), Is.EqualTo(EnvelopeText.Of(model)));
            Assert.That(verified.Algorithm, Is.EqualTo(algorithm));
            Assert.That(verified.Key.Id, Is.EqualTo(keyId));
            Assert.That(verified.Sha256, Is.EqualTo(SHA256.HashData(octets)));
            Assert.That(CanonicalXml.Canonicalise(octets).Span.SequenceEqual(octets), Is.True, "written in canonical form");
        });
    }

    [TestCase("<x></x>")]
    [TestCase("<x xmlns=\"urn:y\"><z xmlns=\"\"></z></x>")]
    [TestCase("<p:x xmlns:p=\"urn:y\"><z></z><y xmlns=\"urn:hub:envelope:1\"><p:w xmlns=\"\"></p:w></y></p:x>")]
    [TestCase("<x xmlns=\"urn:hub:envelope:1\"></x>")]
    [TestCase("<x xmlns=\"urn:Ủy&amp;&lt;&quot;&#x9;\"></x>")]
    public async Task Verify_OfAnXmlPayload_GivesItsCanonicalForm(string element)
    {
        var model = GoldenModel.Minimal("m-2") with { Payload = GoldenModel.Xml(element) };
        Assert.That(await RoundTrip(model), Is.EqualTo(EnvelopeText.Of(model)));
    }

    [TestCase("{\"a\": [1.50, \"\\r\", \"<&>\"]}")]
    [TestCase("\"Tiếng Việt 😀 ]]>\"")]
    [TestCase("{\r\n\t\"a\":1}")]
    public async Task Verify_OfAJsonPayload_GivesItsExactText(string json)
    {
        var model = GoldenModel.Minimal("m-3") with { Payload = GoldenModel.Json(json) };
        Assert.That(await RoundTrip(model), Is.EqualTo(EnvelopeText.Of(model)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3_071)]
    [TestCase(3_072)]
    [TestCase(100_000)]
    public async Task Verify_OfABytesPayload_GivesTheBytes(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var model = GoldenModel.Minimal("m-4") with { Payload = GoldenModel.Bytes(bytes) };
        Assert.That(await RoundTrip(model), Is.EqualTo(EnvelopeText.Of(model)));
    }

    [TestCase("")]
    [TestCase("text")]
    [TestCase("<a/><b/>")]
    [TestCase("<a><b></a>")]
    [TestCase("<!DOCTYPE a><a/>")]
    [TestCase("<a>&e;</a>")]
    public void SignAsync_OfAPayloadThatIsNotOneElement_Refuses(string payload)
    {
        var model = GoldenModel.Minimal("m-5") with { Payload = GoldenModel.Xml(payload) };
        var refusal = Assert.CatchAsync<ProblemException>(async () => await RoundTrip(model));
        Assert.That(refusal!.Code, Is.EqualTo(ProblemCode.MalformedEnvelope));
    }

    [TestCase("<a><!-- c --></a>")]
    [TestCase("<a><?p?></a>")]
    [TestCase("<a><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></a>")]
    public void SignAsync_OfAPayloadThatNoReaderTakes_Refuses(string payload)
    {
        var model = GoldenModel.Minimal("m-6") with { Payload = GoldenModel.Xml(payload) };
        var refusal = Assert.CatchAsync<ProblemException>(async () => await RoundTrip(model));
        Assert.That(refusal!.Code, Is.EqualTo(ProblemCode.UnsupportedProfile));
    }

    [Test]
    public async Task ContentDigest_OfTheSameModelSignedTwice_IsTheSame()
    {
        var model = GoldenModel.Minimal("m-7");
        var first = EnvelopeCodec.Verify(await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, Keys.Signer("ec1")), EnvelopeEncoding.Xml, Keys.Ring);
        var second = EnvelopeCodec.Verify(await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, Keys.Signer("rsa1")), EnvelopeEncoding.Xml, Keys.Ring);
        Assert.That(second.ContentDigest, Is.EqualTo(first.ContentDigest));
        Assert.That(second.Sha256, Is.Not.EqualTo(first.Sha256));
    }

    private static async Task<string> RoundTrip(Envelope model)
    {
        var octets = await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, Keys.Signer("ec1"));
        return EnvelopeText.Of(EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, Keys.Ring).Envelope);
    }
}
