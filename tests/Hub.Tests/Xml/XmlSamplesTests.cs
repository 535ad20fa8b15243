using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Xml;

/// <summary>Every kind of good and bad sample, signed afresh.</summary>
[TestFixture]
public sealed class XmlSamplesTests
{
    private static readonly GoldenKeys Keys = new();

    private static IEnumerable<TestCaseData> Samples() =>
        XmlGoldenSamples.Make(Keys).Select(sample => new TestCaseData(sample).SetArgDisplayNames(sample.File));

    [TestCaseSource(nameof(Samples))]
    public void Verify_OfASample_GivesItsVerdict(GoldenSample sample)
    {
        if (sample.Expected != "ok")
        {
            var refusal = Assert.Catch<ProblemException>(() => EnvelopeCodec.Verify(sample.Octets, EnvelopeEncoding.Xml, Keys.Ring))!;
            Assert.That(refusal.Code.Code, Is.EqualTo(sample.Expected), refusal.Problem.Detail);
            return;
        }

        var verified = EnvelopeCodec.Verify(sample.Octets, EnvelopeEncoding.Xml, Keys.Ring);
        Assert.Multiple(() =>
        {
            Assert.That(EnvelopeText.Of(verified.Envelope), Is.EqualTo(EnvelopeText.Of(sample.Model!)));
            Assert.That(verified.Key.Id, Is.EqualTo(sample.KeyId));
            Assert.That(verified.Algorithm, Is.EqualTo(sample.Algorithm));
        });
    }
}
