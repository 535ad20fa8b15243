using System.Text;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;

namespace Hub.Tests.Sealing;

[TestFixture]
public sealed class XmlEncryptionTests
{
    private const string Document = "<d:VanBan xmlns:d=\"urn:example:van-ban\" so=\"15\"><d:TrichYeu>nội dung mật &amp; riêng</d:TrichYeu></d:VanBan>";
    private static readonly byte[] Element = Encoding.UTF8.GetBytes(Document);

    [TestCase("rsa", XmlKeyTransport.RsaOaepSha256)]
    [TestCase("rsa", XmlKeyTransport.RsaOaepMgf1p)]
    [TestCase("p256", XmlKeyTransport.RsaOaepSha256)]
    [TestCase("p384", XmlKeyTransport.RsaOaepSha256)]
    public void Seal_ForOne_Opens(string kind, XmlKeyTransport transport)
    {
        var pair = SealingPair.Named(kind);
        var encrypted = XmlEncryption.Seal(Element, "application/xml", [pair.Public], transport);
        Assert.That(Encoding.UTF8.GetString(encrypted.Span), Does.Not.Contain("VanBan"));
        var opened = XmlEncryption.Open(encrypted, [pair.Private]);
        Assert.That(Encoding.UTF8.GetString(opened.Data.Span), Is.EqualTo(Document));
        Assert.That(opened.MediaType, Is.EqualTo("application/xml"));
    }

    [Test]
    public void Seal_ForSeveral_OpensForEach()
    {
        var encrypted = XmlEncryption.Seal(Element, "application/xml", [.. SealingPair.All.Select(static pair => pair.Public)]);
        foreach (var pair in SealingPair.All)
            Assert.That(Encoding.UTF8.GetString(XmlEncryption.Open(encrypted, [pair.Private]).Data.Span), Is.EqualTo(Document), pair.Public.Owner.ToString());
    }

    [Test]
    public void Seal_Always_WritesCanonicalXml()
    {
        var encrypted = XmlEncryption.Seal(Element, "application/xml", [SealingPair.Rsa.Public, SealingPair.P256.Public]);
        Assert.That(Hub.Contracts.Envelopes.Xml.CanonicalXml.Canonicalise(encrypted).ToArray(), Is.EqualTo(encrypted.ToArray()));
    }

    [TestCase("<a/><b/>")]
    [TestCase("text")]
    [TestCase("<a><!-- c --></a>")]
    [TestCase("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>")]
    public void Seal_OfWhatIsNoElement_Refuses(string text) =>
        Assert.That(() => XmlEncryption.Seal(Encoding.UTF8.GetBytes(text), "application/xml", [SealingPair.Rsa.Public]), Throws.InstanceOf<ProblemException>());

    [Test]
    public void Open_OfAnyAlteredCipher_FailsAlike()
    {
        var text = Encoding.UTF8.GetString(XmlEncryption.Seal(Element, "application/xml", [SealingPair.Rsa.Public]).Span);
        var details = new HashSet<string>();
        for (var at = text.IndexOf("<CipherValue>", StringComparison.Ordinal); at > 0; at = text.IndexOf("<CipherValue>", at + 1, StringComparison.Ordinal))
        {
            foreach (var offset in (int[])[13, 30, 50])
            {
                var altered = new StringBuilder(text);
                altered[at + offset] = altered[at + offset] == 'A' ? 'B' : 'A';
                details.Add(Refusal(altered.ToString(), SealingPair.Rsa.Private, ProblemCode.UnsealingFailed).Detail);
            }
        }

        Assert.That(details, Has.Count.EqualTo(1));
        Refusal(text, SealingPair.OtherRsa.Private, ProblemCode.UnsealingFailed);
        Refusal(text, SealingPair.P256.Private, ProblemCode.UnsealingFailed);
    }

    [TestCase("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")]
    [TestCase("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm")]
    [TestCase("http://www.w3.org/2009/xmlenc11#rsa-oaep", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")]
    [TestCase("http://www.w3.org/2009/xmlenc11#mgf1sha256", "http://www.w3.org/2009/xmlenc11#mgf1sha1")]
    [TestCase("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5")]
    [TestCase("<CipherValue>", "<CipherReference URI=\"http://example.org/\"></CipherReference><CipherValue>")]
    [TestCase("<ds:KeyName>", "<ds:RetrievalMethod URI=\"#k\"></ds:RetrievalMethod><ds:KeyName>")]
    [TestCase("xmlenc#Element", "xmlenc#EncryptedKey")]
    [TestCase("<ds:DigestMethod", "<OAEPparams>AAAA</OAEPparams><ds:DigestMethod")]
    public void Open_OfWhatIsOutsideTheProfile_RefusesIt(string found, string other)
    {
        var text = Encoding.UTF8.GetString(XmlEncryption.Seal(Element, "application/xml", [SealingPair.Rsa.Public]).Span);
        var changed = text.Replace(found, other, StringComparison.Ordinal);
        Assert.That(changed, Is.Not.EqualTo(text));
        Refusal(changed, SealingPair.Rsa.Private, ProblemCode.UnsupportedProfile);
    }

    [TestCase(" Encoding=\"x\"", "EncryptedData")]
    [TestCase(" URI=\"x\"", "CipherData")]
    public void Open_OfAnUnknownAttribute_Refuses(string attribute, string element)
    {
        var text = Encoding.UTF8.GetString(XmlEncryption.Seal(Element, "application/xml", [SealingPair.Rsa.Public]).Span);
        Refusal(text.Replace($"<{element}", $"<{element}{attribute}", StringComparison.Ordinal), SealingPair.Rsa.Private, ProblemCode.MalformedEnvelope);
    }

    [Test]
    public void Open_OfAnAgreementOutsideTheProfile_Refuses()
    {
        var text = Encoding.UTF8.GetString(XmlEncryption.Seal(Element, "application/xml", [SealingPair.P256.Public]).Span);
        var key = SealingPair.P256.Private;
        Refusal(text.Replace("xmlenc11#ECDH-ES", "xmlenc11#dh-es", StringComparison.Ordinal), key, ProblemCode.UnsupportedProfile);
        Refusal(text.Replace("urn:oid:1.2.840.10045.3.1.7", "urn:oid:1.3.132.0.35", StringComparison.Ordinal), key, ProblemCode.UnsupportedProfile);
        Refusal(text.Replace("AlgorithmID=\"00\"", "AlgorithmID=\"03\"", StringComparison.Ordinal), key, ProblemCode.UnsupportedProfile);
        Refusal(text.Replace("xmlenc#kw-aes256", "xmlenc#kw-aes128", StringComparison.Ordinal), key, ProblemCode.UnsupportedProfile);
        Refusal(text.Replace("PartyUInfo=\"00\"", "PartyUInfo=\"0041\"", StringComparison.Ordinal), key, ProblemCode.UnsealingFailed);
        var start = text.IndexOf("<dsig11:PublicKey>", StringComparison.Ordinal) + 18;
        var end = text.IndexOf("</dsig11:PublicKey>", StringComparison.Ordinal);
        Refusal($"{text[..start]}{Convert.ToBase64String([4, .. new byte[63], 7])}{text[end..]}", key, ProblemCode.MalformedEnvelope);
    }

    /// <summary>Somebody who holds the public key can seal anything; what comes out is read as strictly as a plain payload.</summary>
    [TestCase("<a/><b/>", "malformed-envelope")]
    [TestCase("<!DOCTYPE a><a/>", "malformed-envelope")]
    [TestCase("<a><?x y?></a>", "unsupported-profile")]
    public void Open_OfASealedNonElement_Refuses(string plain, string code)
    {
        var encrypted = Hub.Contracts.Sealing.Xml.XmlEncWriter.Write(
            Encoding.UTF8.GetBytes(plain), "application/xml", [SealingPair.Rsa.Public], KeyWrapping.RsaOaepSha256, SealingLimits.Default);
        Assert.That(Assert.Throws<ProblemException>(() => XmlEncryption.Open(encrypted, [SealingPair.Rsa.Private]))!.Code.Code, Is.EqualTo(code));
    }

    private static Problem Refusal(string xml, UnsealingKey key, ProblemCode code)
    {
        var refusal = Assert.Throws<ProblemException>(() => XmlEncryption.Open(Encoding.UTF8.GetBytes(xml), [key]))!;
        Assert.That(refusal.Code, Is.EqualTo(code), refusal.Message);
        return refusal.Problem;
    }
}
