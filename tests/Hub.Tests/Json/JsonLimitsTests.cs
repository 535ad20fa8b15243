using System.Diagnostics;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Json;

[TestFixture]
public sealed class JsonLimitsTests
{
    private static readonly GoldenKeys Keys = new();

    [TestCase("[", "]")]
    [TestCase("{\"a\":", "}")]
    public void Verify_WithNestingOfAHundredThousand_RefusesAtOnce(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));
        var text = JwsForge.Text(GoldenModel.Minimal("m"))[..^1] + $",\"payload\":{{\"mediaType\":\"application/json\",\"json\":{deep}}}}}";
        var watch = Stopwatch.StartNew();
        Assert.That(RefusalOf(text), Is.EqualTo(ProblemCode.MalformedEnvelope));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void Verify_WithMoreTokensThanAllowed_SaysTooLarge()
    {
        var text = JwsForge.Text(GoldenModel.Minimal("m") with { Payload = GoldenModel.Json($"[{string.Join(',', Enumerable.Repeat("1", 1_000))}]") });
        var refusal = Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(Signed(text), EnvelopeEncoding.Json, Keys.Ring, EnvelopeLimits.Default with { MaxNodes = 500 }))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    [Test]
    public void Verify_OfMoreBytesThanAllowed_SaysTooLarge()
    {
        var refusal = Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(new byte[EnvelopeLimits.Default.MaxBytes + 1], EnvelopeEncoding.Json, Keys.Ring))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    [Test]
    public void Verify_OfAnXmlPayloadThatGrowsInCanonicalForm_SaysTooLargeBeforeTheSignature()
    {
        var model = GoldenModel.Minimal("m") with { Payload = GoldenModel.Xml($"<a b='{new string('"', 300_000)}'/>") };
        var octets = JwsForge.Sign(JwsForge.Header("ES256", "ec1"), Encoding.UTF8.GetBytes(JwsForge.Text(model)), static _ => new byte[64]);
        var refusal = Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, Keys.Ring, EnvelopeLimits.Default with { MaxBytes = 1_000_000 }))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    /// <summary>Members are looked up, not compared one with another.</summary>
    [Test]
    public void Verify_WithAPayloadOfFourHundredThousandMembers_TakesItQuickly()
    {
        var members = string.Join(',', Enumerable.Range(0, 400_000).Select(i => $"\"m{i}\":0"));
        var octets = Signed(JwsForge.Text(GoldenModel.Minimal("m") with { Payload = GoldenModel.Json($"{{{members}}}") }));
        var watch = Stopwatch.StartNew();
        Assert.DoesNotThrow(() => EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, Keys.Ring));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public void Verify_WithAHugeHeader_SaysMalformed()
    {
        var octets = JwsForge.Sign(JwsForge.Header("ES256", new string('k', 5_000)), "{}", Keys.Signer("ec1"));
        Assert.That(Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, Keys.Ring))!.Code, Is.EqualTo(ProblemCode.MalformedEnvelope));
    }

    [Test]
    public async Task SignAsync_WithMoreThanTheLimit_SaysTooLarge()
    {
        var model = GoldenModel.Minimal("m") with { Payload = GoldenModel.Bytes(new byte[15 * 1024 * 1024]) };
        ProblemException? refusal = null;
        try
        {
            await EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Json, Keys.Signer("ec1"));
        }
        catch (ProblemException caught)
        {
            refusal = caught;
        }

        Assert.That(refusal?.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    private static ProblemCode RefusalOf(string text) =>
        Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(Signed(text), EnvelopeEncoding.Json, Keys.Ring))!.Code;

    private static byte[] Signed(string text) => JwsForge.Sign(JwsForge.Header("ES256", "ec1"), Encoding.UTF8.GetBytes(text), data => Keys.Signer("ec1").Sign(data));
}
