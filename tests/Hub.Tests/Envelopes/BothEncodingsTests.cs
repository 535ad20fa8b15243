using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Envelopes;

[TestFixture]
public sealed class BothEncodingsTests
{
    private static readonly GoldenKeys Keys = new();

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public void VerifyAfterSign_OfAnyValidEnvelope_GivesItBack(EnvelopeEncoding encoding)
    {
        var signer = Keys.Signer("ec1");
        Prop.ForAll(EnvelopeGenerators.Envelopes, envelope =>
        {
            var octets = EnvelopeCodec.SignAsync(envelope, encoding, signer).AsTask().GetAwaiter().GetResult();
            var verified = EnvelopeCodec.Verify(octets, encoding, Keys.Ring);
            Assert.That(EnvelopeText.Of(verified.Envelope), Is.EqualTo(EnvelopeText.Of(envelope)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [TestCase("<a b='1' a=\"2\"/>", "<a a=\"2\" b=\"1\"></a>")]
    [TestCase("<?xml version=\"1.0\"?>\n<a><![CDATA[<&]]></a>\n", "<a>&lt;&amp;</a>")]
    public async Task Payload_OfXmlNotInCanonicalForm_IsCanonicalInTheModelOfBothEncodings(string written, string canonical)
    {
        var model = GoldenModel.Minimal("m") with { Payload = GoldenModel.Xml(written) };
        foreach (var encoding in Enum.GetValues<EnvelopeEncoding>())
        {
            var verified = EnvelopeCodec.Verify(await EnvelopeCodec.SignAsync(model, encoding, Keys.Signer("ec1")), encoding, Keys.Ring);
            Assert.That(System.Text.Encoding.UTF8.GetString(verified.Envelope.Payload!.Data.Span), Is.EqualTo(canonical));
        }
    }

    [TestCase("")]
    [TestCase("text")]
    [TestCase("<a>")]
    [TestCase("<a></b>")]
    [TestCase("<a></a><b></b>")]
    [TestCase("<a b=\"1\" b=\"2\"></a>")]
    [TestCase("<p:a></p:a>")]
    [TestCase("<!DOCTYPE a><a></a>")]
    [TestCase("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>")]
    [TestCase("<a><!-- x --></a>")]
    [TestCase("<a><?pi?></a>")]
    [TestCase("<a>\u0001</a>")]
    [TestCase("<a>&#1;</a>")]
    public void Payload_OfXmlOutsideTheProfile_IsRefusedInBothEncodings(string xml)
    {
        var model = GoldenModel.Minimal("m") with { Payload = GoldenModel.Xml(xml) };
        Assert.Throws<ProblemException>(() => EnvelopeRules.Check(model, EnvelopeLimits.Default));
        var json = JwsForge.Sign(JwsForge.Header("ES256", "ec1"), JwsForge.Text(model), Keys.Signer("ec1"));
        Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(json, EnvelopeEncoding.Json, Keys.Ring));
    }
}
