using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Json;

[TestFixture]
public sealed class JsonRoundTripTests
{
    private static readonly GoldenKeys Keys = new();

    [TestCase("rsa1", SignatureAlgorithm.Ps256, false)]
    [TestCase("rsa1", SignatureAlgorithm.Rs256, true)]
    [TestCase("ec1", SignatureAlgorithm.Es256, false)]
    [TestCase("ec384", SignatureAlgorithm.Es384, true)]
    public async Task Verify_OfWhatWasSigned_GivesTheModelAndItsDigests(string keyId, SignatureAlgorithm algorithm, bool byCertificate)
    {
        var model = GoldenModel.Full("m-1", GoldenModel.Json("""{"số":1.50e+1,"a":[]}"""));
        var octets = await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Json, Keys.Signer(keyId, algorithm, byCertificate));
        var verified = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, Keys.Ring);
        Assert.Multiple(() =>
        {
            Assert.That(EnvelopeText.Of(verified.Envelope), Is.EqualTo(EnvelopeText.Of(model)));
            Assert.That(verified.Algorithm, Is.EqualTo(algorithm));
            Assert.That(verified.Key.Id, Is.EqualTo(keyId));
            Assert.That(verified.Sha256, Is.EqualTo(System.Security.Cryptography.SHA256.HashData(octets)));
        });
    }

    [Test]
    public async Task ContentDigest_OfTheSameModelSignedTwice_IsTheSame()
    {
        var model = GoldenModel.Minimal("m-2");
        var first = EnvelopeCodec.Verify(await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Json, Keys.Signer("ec1")), EnvelopeEncoding.Json, Keys.Ring);
        var second = EnvelopeCodec.Verify(await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Json, Keys.Signer("rsa1")), EnvelopeEncoding.Json, Keys.Ring);
        Assert.That(second.ContentDigest, Is.EqualTo(first.ContentDigest));
        Assert.That(second.Sha256, Is.Not.EqualTo(first.Sha256));
    }
}
