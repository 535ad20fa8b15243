using System.Diagnostics;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Xml;

/// <summary>Input made to exhaust: refused quickly, in bounded memory.</summary>
[TestFixture]
public sealed class XmlLimitsTests
{
    private static readonly GoldenKeys Keys = new();

    private static IEnumerable<TestCaseData> Floods()
    {
        TestCaseData Flood(string name, ProblemCode code, string element) => new TestCaseData(XmlForge.Envelope("l-1", element), code).SetArgDisplayNames(name);
        string Payload(string text) => XmlForge.XmlPayload(text);
        yield return Flood("nesting 100,000", ProblemCode.MalformedEnvelope, Payload(Repeat("<a>", 100_000)));
        yield return Flood("nesting 100,000 closed", ProblemCode.MalformedEnvelope, Payload(Repeat("<a>", 100_000) + Repeat("</a>", 100_000)));
        yield return Flood("attributes", ProblemCode.TooLarge, Payload($"<a{string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $" a{i}=''"))}/>"));
        yield return Flood("namespaces", ProblemCode.TooLarge, Payload($"<a{string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $" xmlns:a{i}='u'"))}/>"));
        yield return Flood("attributes never closed", ProblemCode.TooLarge, Payload($"<a{string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $" a{i}=''"))}"));
        yield return Flood("attributes with > inside", ProblemCode.TooLarge, Payload($"<a{string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $" a{i}='>'"))}/>"));
        yield return Flood("elements", ProblemCode.TooLarge, Payload($"<a>{Repeat("<b/>", 1_000_001)}</a>"));
        yield return Flood("namespaces on many elements", ProblemCode.TooLarge, Payload($"<r>{Repeat($"<a{Declarations()}/>", 10_000)}</r>"));
        yield return Flood("recipients", ProblemCode.MalformedEnvelope, Repeat("<To>Z99</To>", 2_000));
        yield return Flood("inline attachment", ProblemCode.TooLarge, $"<Attachment inline=\"true\" mediaType=\"a/b\" name=\"x\" sha256=\"\" size=\"0\">{new string('A', 1_500_000)}</Attachment>");
        yield return Flood("long id", ProblemCode.MalformedEnvelope, $"<Subject>{new string('a', 15_000_000)}</Subject>");
        yield return Flood("long name", ProblemCode.SignatureMissing, Payload($"<{new string('a', 5_000_000)}/>"));
    }

    [TestCaseSource(nameof(Floods))]
    public void Verify_OfAFlood_RefusesQuickly(string document, ProblemCode code)
    {
        var octets = Encoding.UTF8.GetBytes(document);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var refusal = Assert.Catch<ProblemException>(() => EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, Keys.Ring))!;
        Assert.Multiple(() =>
        {
            Assert.That(refusal.Code, Is.EqualTo(code), refusal.Problem.Detail);
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(300_000_000));
        });
    }

    [Test]
    public void Verify_OfMoreOctetsThanAllowed_IsTooLarge()
    {
        var octets = new byte[EnvelopeLimits.Default.MaxBytes + 1];
        var refusal = Assert.Catch<ProblemException>(() => XmlEnvelope.Verify(octets, Keys.Ring, EnvelopeLimits.Default))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    /// <summary>A quote in an attribute is one octet when it is read and six in canonical form.</summary>
    [Test]
    public void Verify_OfAPayloadThatGrowsInCanonicalForm_IsTooLargeBeforeItGrew()
    {
        var limits = EnvelopeLimits.Default with { MaxBytes = 8_000_000 };
        var octets = Encoding.UTF8.GetBytes(XmlForge.Envelope("l-3", XmlForge.XmlPayload($"<a b='{new string('"', 7_900_000)}'/>")));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Catch<ProblemException>(() => XmlEnvelope.Verify(octets, Keys.Ring, limits))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge), refusal.Problem.Detail);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(110_000_000));
    }

    [Test]
    public void Canonicalise_OfADocumentThatGrowsBeyondTheLimit_IsTooLarge()
    {
        var octets = Encoding.UTF8.GetBytes($"<a b='{new string('"', 900)}'/>");
        var refusal = Assert.Catch<ProblemException>(() => CanonicalXml.Canonicalise(octets, limits: EnvelopeLimits.Default with { MaxBytes = 1_000 }))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    [TestCase(100, null)]
    [TestCase(101, "unsupported-profile")]
    public void ReadUnverified_OfManyInclusivePrefixes_KeepsTheLimit(int count, string? code) =>
        Assert.That(Verdict(WithPrefixes(string.Join(' ', Enumerable.Range(0, count).Select(i => $"p{i}")))), Is.EqualTo(code));

    [TestCase(1_000, null)]
    [TestCase(1_001, "unsupported-profile")]
    public void ReadUnverified_OfALongPrefixList_KeepsTheLimit(int length, string? code) =>
        Assert.That(Verdict(WithPrefixes(new string('p', length))), Is.EqualTo(code));

    /// <summary>Prefixes that nobody uses, far more than any list covers: one more than a list can have is enough to refuse.</summary>
    [Test]
    public void Verify_OfManyUnusedPrefixesUnderExclusiveForm_CountsNoFurtherThanNeeded()
    {
        var elements = string.Concat(Enumerable.Range(0, 500).Select(e => $"<a{string.Concat(Enumerable.Range(0, 90).Select(i => $" xmlns:p{e}_{i}='u'"))}/>"));
        var forge = new XmlForge(XmlForge.Envelope("l-4", XmlForge.XmlPayload($"<r>{elements}</r>")), Keys.Signer("ec1"))
        {
            Transforms = $"<Transforms>{XmlForge.Enveloped}<Transform Algorithm=\"{XmlForge.Exclusive}\">{Inclusive(string.Join(' ', Enumerable.Range(0, 90).Select(i => $"p0_{i}")))}</Transform></Transforms>",
        };
        var octets = forge.Sign();
        var refusal = Assert.Catch<ProblemException>(() => XmlEnvelope.Verify(octets, Keys.Ring, EnvelopeLimits.Default))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.UnsupportedProfile), refusal.Problem.Detail);
        Assert.That(EnvelopeReader.Read(octets, EnvelopeLimits.Default).Uncovered, Has.Count.EqualTo(CanonicalWriter.MaxInclusivePrefixes + 1));
    }

    [TestCase(1_000, null)]
    [TestCase(1_001, "too-large")]
    public void ReadUnverified_OfManyRecipients_KeepsTheLimit(int count, string? code)
    {
        var to = string.Concat(Enumerable.Range(0, count).Select(i => $"<To>Z99/s{i}</To>"));
        var octets = Encoding.UTF8.GetBytes(XmlForge.Envelope("l-2").Replace("<To>Z99</To>", to, StringComparison.Ordinal));
        Assert.That(Verdict(octets), Is.EqualTo(code));
    }

    private static string? Verdict(byte[] octets)
    {
        try
        {
            XmlEnvelope.ReadUnverified(octets, EnvelopeLimits.Default);
            return null;
        }
        catch (ProblemException refusal)
        {
            return refusal.Code.Code;
        }
    }

    private static byte[] WithPrefixes(string list) => new XmlForge(XmlForge.Envelope("l-5"), Keys.Signer("ec1"))
    {
        Canonicalisation = $"<CanonicalizationMethod Algorithm=\"{XmlForge.Exclusive}\">{Inclusive(list)}</CanonicalizationMethod>",
    }.Sign();

    private static string Inclusive(string list) => $"<InclusiveNamespaces xmlns=\"{XmlForge.Exclusive}\" PrefixList=\"{list}\"/>";

    private static string Declarations() => string.Concat(Enumerable.Range(0, 100).Select(i => $" xmlns:p{i}='u'"));

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
