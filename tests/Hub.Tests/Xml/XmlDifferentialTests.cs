using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Xml;

/// <summary>The canonicaliser and the verifier agree with the .NET library's on documents made to be hard.</summary>
[TestFixture]
public sealed class XmlDifferentialTests
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly GoldenKeyRing _ring;

    public XmlDifferentialTests() =>
        _ring = new GoldenKeyRing([new GoldenKey(GoldenKeys.Alpha, "k", "active", _key.ExportSubjectPublicKeyInfo(), null)]);

    [OneTimeTearDown]
    public void TearDown() => _key.Dispose();

    [Test]
    public void Canonicalise_Inclusive_AgreesWithTheLibrary([Range(0, 9)] int batch)
    {
        for (var seed = batch * 60; seed < (batch + 1) * 60; seed++)
        {
            var octets = Encoding.UTF8.GetBytes(new RandomXml(seed).Element());
            Assert.That(Text(CanonicalXml.Canonicalise(octets)), Is.EqualTo(Text(ForeignXml.Canonicalise(octets, exclusive: false))), $"seed {seed}");
        }
    }

    [Test]
    public void Canonicalise_Exclusive_AgreesWithTheLibrary([Range(0, 9)] int batch, [Values("", "a", "#default b ab")] string prefixes)
    {
        for (var seed = batch * 60; seed < (batch + 1) * 60; seed++)
        {
            var octets = Encoding.UTF8.GetBytes(new RandomXml(seed).Element());
            string[] list = [.. prefixes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p == "#default" ? "" : p)];
            Assert.That(
                Text(CanonicalXml.Canonicalise(octets, CanonicalForm.Exclusive, list)),
                Is.EqualTo(Text(ForeignXml.Canonicalise(octets, exclusive: true, prefixes))), $"seed {seed}");
        }
    }

    [Test]
    public void Canonicalise_OfItsOwnOutput_ChangesNothing([Range(0, 200, 50)] int first)
    {
        for (var seed = first; seed < first + 50; seed++)
        {
            var once = CanonicalXml.Canonicalise(Encoding.UTF8.GetBytes(new RandomXml(seed).Element()));
            Assert.That(Text(CanonicalXml.Canonicalise(once)), Is.EqualTo(Text(once)), $"seed {seed}");
        }
    }

    [Test]
    public void Verify_OfWhatTheLibrarySigned_AcceptsIt([Range(0, 270, 30)] int first)
    {
        for (var seed = first; seed < first + 30; seed++)
        {
            var element = new RandomXml(seed, forSignedXml: true).Element();
            var octets = ForeignXml.Sign(XmlForge.Envelope($"d-{seed}", XmlForge.XmlPayload($"\r\n{element}\n"), " xmlns:a=\"urn:1\" xmlns:u=\"urn:u\""), _key, "k");
            var verified = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, _ring);
            Assert.That(ForeignXml.Verify(octets, _key), Is.True, $"seed {seed}");
            Assert.That(Text(CanonicalXml.Canonicalise(verified.Envelope.Payload!.Data)), Is.EqualTo(Text(verified.Envelope.Payload.Data)), $"seed {seed}");
        }
    }

    /// <summary>Exclusive canonicalisation is accepted exactly where both forms of the document are the same octets.</summary>
    [Test]
    public void Verify_OfWhatTheLibrarySignedExclusively_AcceptsItWhereNothingIsUnsigned([Range(0, 270, 30)] int first, [Values("", "#default a b ab A")] string prefixes)
    {
        for (var seed = first; seed < first + 30; seed++)
        {
            var document = XmlForge.Envelope($"d-{seed}", XmlForge.XmlPayload(new RandomXml(seed, forSignedXml: true).Element()));
            var plain = Encoding.UTF8.GetBytes(document);
            var covered = ForeignXml.Canonicalise(plain, exclusive: true, prefixes).AsSpan().SequenceEqual(ForeignXml.Canonicalise(plain, exclusive: false));
            var octets = ForeignXml.Sign(document, _key, "k", exclusive: true, prefixes);
            Assert.That(Verdict(octets), Is.EqualTo(covered ? "ok" : "unsupported-profile"), $"seed {seed}: {document}");
        }
    }

    [Test]
    public async Task Verify_ByTheLibrary_AcceptsWhatWasSignedHere([Range(0, 270, 30)] int first)
    {
        var signer = Hub.Contracts.Signatures.LocalSigner.FromPem("k", _key.ExportPkcs8PrivateKeyPem(), Hub.Contracts.Signatures.SignatureAlgorithm.Rs256);
        for (var seed = first; seed < first + 30; seed++)
        {
            var model = GoldenModel.Full($"d-{seed}", GoldenModel.Xml(new RandomXml(seed, forSignedXml: true).Element()));
            var octets = await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, signer);
            Assert.That(ForeignXml.Verify(octets, _key), Is.True, $"seed {seed}");
        }
    }

    private string Verdict(byte[] octets)
    {
        try
        {
            EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, _ring);
            return "ok";
        }
        catch (ProblemException refusal)
        {
            return refusal.Code.Code;
        }
    }

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);
}
