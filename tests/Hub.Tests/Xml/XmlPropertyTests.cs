using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Xml;

[TestFixture]
public sealed class XmlPropertyTests
{
    private static readonly GoldenKeys Keys = new();
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(400);

    [Test]
    public void Verify_OfAnyEnvelopeSigned_GivesTheSameModel() => Check.One(Many, Prop.ForAll(EnvelopeGenerators.Envelopes, model =>
    {
        var verified = EnvelopeCodec.Verify(Sign(model), EnvelopeEncoding.Xml, Keys.Ring);
        return EnvelopeText.Of(verified.Envelope) == EnvelopeText.Of(model);
    }));

    [Test]
    public void Verify_OfAnyOctets_ThrowsNothingButProblems() => Check.One(Many, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
        Verdict(octets) != "ok"));

    [Test]
    public void Verify_OfAnyPiecesOfMarkup_ThrowsNothingButProblems()
    {
        var signed = Encoding.UTF8.GetString(Sign(GoldenModel.Minimal("f-1")));
        var pieces = Gen.Elements(
            "<", ">", "</", "/>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.0\"?>", "<?", "?>", "&", ";", "&#x0;", "&#xD800;", "\"", "'", "=", " xmlns=\"\"",
            " xmlns:a=\"\"", " xmlns:xml=\"x\"", "a:b:c", "\0", "\uFEFF", "\uFFFF", "<!DOCTYPE a [", "<Envelope xmlns=\"urn:hub:envelope:1\">", "</Envelope>", "<Id>", "</Id>", signed, signed[..200], signed[300..]);
        Check.One(Many, Prop.ForAll(Arb.From(Gen.ListOf(pieces).Select(list => string.Concat(list.Take(20)))), text =>
            Verdict(Encoding.UTF8.GetBytes(text)) is not "ok" || text.Trim('\uFEFF') == signed));
    }

    /// <summary>Every octet of a signed envelope, replaced, taken out or doubled: refused, or it says the same.</summary>
    [TestCase(0), TestCase(1), TestCase(2)]
    public void Verify_OfAnyMutation_RefusesItOrSaysTheSame(int kind)
    {
        var model = GoldenModel.Minimal("f-2") with
        {
            Subject = "Ủy ban & 😀",
            Payload = GoldenModel.Xml("<p:a xmlns:p=\"urn:p\" p:b=\"&#x9;\">x<c></c></p:a>"),
            Attachments = [GoldenModel.File("a.txt", "text/plain", "abcd")],
        };
        var octets = Sign(model);
        var original = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, Keys.Ring);
        var random = new Random(kind);
        for (var at = 0; at < octets.Length; at++)
        {
            byte[] mutant = kind switch
            {
                0 => [.. octets[..at], Other(octets[at], random), .. octets[(at + 1)..]],
                1 => [.. octets[..at], .. octets[(at + 1)..]],
                _ => [.. octets[..at], octets[at], .. octets[at..]],
            };
            try
            {
                var verified = EnvelopeCodec.Verify(mutant, EnvelopeEncoding.Xml, Keys.Ring);
                Assert.That(EnvelopeText.Of(verified.Envelope), Is.EqualTo(EnvelopeText.Of(model)), $"octet {at}");
                Assert.That(verified.ContentDigest, Is.EqualTo(original.ContentDigest), $"octet {at}");
            }
            catch (ProblemException)
            {
                // Refused, as it should be.
            }
        }
    }

    private static byte Other(byte octet, Random random) => (random.Next(3)) switch
    {
        0 => (byte)(octet ^ 1 << random.Next(8)),
        1 => (byte)' ',
        _ => (byte)"<>&\"'/=:"[random.Next(8)],
    };

    private static byte[] Sign(Envelope model) =>
        EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, Keys.Signer("rsa1", Hub.Contracts.Signatures.SignatureAlgorithm.Rs256)).AsTask().GetAwaiter().GetResult();

    private static string Verdict(byte[] octets)
    {
        try
        {
            EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, Keys.Ring);
            return "ok";
        }
        catch (ProblemException refusal)
        {
            return refusal.Code.Code;
        }
    }
}
