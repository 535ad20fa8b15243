using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Tests.Golden;

/// <summary>Every version must agree with schemas/golden as committed, octet for octet.</summary>
[TestFixture]
public sealed class GoldenSamplesTests
{
    private static readonly Lazy<GoldenKeyRing> Ring = new(() => new GoldenKeyRing(GoldenManifest.ReadKeys()));

    private static IEnumerable<TestCaseData> Samples() =>
        from encoding in Enum.GetValues<EnvelopeEncoding>()
        from entry in GoldenManifest.ReadSamples(encoding)
        select new TestCaseData(encoding, entry).SetArgDisplayNames(GoldenManifest.NameOf(encoding), (string)entry["file"]!);

    [TestCaseSource(nameof(Samples))]
    public void Verify_OfACommittedSample_GivesTheVerdictOfItsManifest(EnvelopeEncoding encoding, JsonObject entry)
    {
        var octets = File.ReadAllBytes(Path.Combine(GoldenManifest.Folder, GoldenManifest.NameOf(encoding), (string)entry["file"]!));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(octets)), Is.EqualTo((string)entry["sha256"]!), "the file itself has changed");
        if ((string)entry["expected"]! != "ok")
        {
            var refusal = Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(octets, encoding, Ring.Value))!;
            Assert.That(refusal.Code.Code, Is.EqualTo((string)entry["expected"]!), refusal.Message);
            return;
        }

        var verified = EnvelopeCodec.Verify(octets, encoding, Ring.Value);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(verified.Sha256), Is.EqualTo((string)entry["sha256"]!));
            Assert.That(Convert.ToHexStringLower(verified.ContentDigest), Is.EqualTo((string)entry["contentDigest"]!));
            Assert.That(verified.Key.Id, Is.EqualTo((string)entry["signedBy"]!));
            Assert.That(verified.Algorithm.ToString().ToUpperInvariant(), Is.EqualTo((string)entry["algorithm"]!));
            Assert.That(GoldenFacts.Of(verified.Envelope).ToJsonString(), Is.EqualTo(entry["envelope"]!.ToJsonString()));
        });
    }

    [Test]
    public void Samples_AsCommitted_AreAtLeastSixtyAndNoneIsUnlisted()
    {
        var listed = Samples().Count();
        var files = Directory.EnumerateFiles(GoldenManifest.Folder, "*", SearchOption.AllDirectories)
            .Count(file => Path.GetExtension(file) is ".jws" or ".xml");
        Assert.That(listed, Is.GreaterThanOrEqualTo(60), "the formats are frozen: samples are added, never taken away");
        Assert.That(files, Is.EqualTo(listed));
    }

    [Test]
    public void FreshSamples_OfJson_GetTheirExpectedVerdict()
    {
        var keys = new GoldenKeys();
        Assert.Multiple(() =>
        {
            foreach (var sample in JsonGoldenSamples.Make(keys))
                Assert.That(VerdictOf(sample, keys), Is.EqualTo(sample.Expected), sample.File);
        });
    }

    private static string VerdictOf(GoldenSample sample, GoldenKeys keys)
    {
        try
        {
            EnvelopeCodec.Verify(sample.Octets, sample.Encoding, keys.Ring);
            return "ok";
        }
        catch (ProblemException refusal)
        {
            return refusal.Code.Code;
        }
    }
}
