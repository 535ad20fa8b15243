using Hub.Contracts.Envelopes;

namespace Hub.Tests.Golden;

/// <summary>Makes schemas/golden afresh, with new keys. To be run by hand, and only before the formats are frozen or when
/// samples are added: <c>dotnet test tests/Hub.Tests --filter FullyQualifiedName~GoldenGenerator -- NUnit.ExplicitMode=Relaxed</c>.</summary>
[TestFixture, Explicit("Rewrites schemas/golden.")]
public sealed class GoldenGenerator
{
    [Test]
    public void Generate_Always_WritesWhatVerifiesAsExpected()
    {
        var keys = new GoldenKeys();
        GoldenManifest.WriteKeys(keys);
        GoldenManifest.WriteSamples(EnvelopeEncoding.Json, JsonGoldenSamples.Make(keys), keys);
        GoldenManifest.WriteSamples(EnvelopeEncoding.Xml, XmlGoldenSamples.Make(keys), keys);
        Assert.That(GoldenManifest.ReadSamples(EnvelopeEncoding.Xml).Count(), Is.GreaterThanOrEqualTo(32));
        Assert.That(GoldenManifest.ReadSamples(EnvelopeEncoding.Json).Count(), Is.GreaterThanOrEqualTo(32));
    }
}
