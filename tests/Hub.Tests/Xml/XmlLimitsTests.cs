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

    private static string Declarations() => string.Concat(Enumerable.Range(0, 100).Select(i => $" xmlns:p{i}='u'"));

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
