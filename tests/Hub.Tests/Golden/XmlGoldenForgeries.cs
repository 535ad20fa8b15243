using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>Samples of schemas/golden/xml that somebody made to pass for what they are not.</summary>
public static class XmlGoldenForgeries
{
    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) => [.. Wrapping(keys), .. Alterations(keys), .. Keys(keys), .. Values(keys)];

    private static IEnumerable<GoldenSample> Wrapping(GoldenKeys keys)
    {
        var forge = new XmlForge(XmlForge.Envelope("xml-50"), keys.Signer("ec1"));
        var original = forge.Document;
        var signature = forge.SignatureElement();
        var signed = XmlForge.InsertLast(original, signature);
        var evil = XmlForge.Envelope("xml-evil");
        string InSignature(string more) => signature.Replace("</Signature>", more + "</Signature>", StringComparison.Ordinal);
        yield return Bad("xsw1-signed-in-signature.xml", XmlForge.InsertLast(evil, InSignature(signed)), ProblemCode.UnsupportedProfile, "The signed envelope inside the signature of another.");
        yield return Bad("xsw2-original-before-signature.xml", XmlForge.InsertLast(evil, original + signature), ProblemCode.MalformedEnvelope, "The signed envelope, its signature taken out, before that signature in another.");
        yield return Bad("xsw3-signed-first-child.xml", evil.Replace("<Id>", signed + "<Id>", StringComparison.Ordinal), ProblemCode.MalformedEnvelope, "The signed envelope as first child of another.");
        yield return Bad("xsw4-evil-inside-original.xml", XmlForge.InsertLast(original, evil + signature), ProblemCode.MalformedEnvelope, "Another envelope inside the signed one.");
        yield return Bad("xsw5-original-after-signature.xml", XmlForge.InsertLast(evil, signature + original), ProblemCode.MalformedEnvelope, "The signed envelope after its signature in another.");
        yield return Bad("xsw6-original-in-signature.xml", XmlForge.InsertLast(evil, InSignature(original)), ProblemCode.UnsupportedProfile, "The signed envelope, its signature taken out, inside that signature.");
        yield return Bad("xsw7-signed-in-payload.xml", XmlForge.InsertLast(XmlForge.Envelope("xml-evil", XmlForge.XmlPayload(signed)), signature), ProblemCode.UnsupportedProfile, "The signed envelope as payload, its signature copied outside.");
        yield return Bad("xsw8-original-in-object.xml", XmlForge.InsertLast(evil, InSignature($"<Object>{original}</Object>")), ProblemCode.UnsupportedProfile, "The signed envelope in an Object.");
        yield return Bad("xsw9-original-in-payload.xml", XmlForge.InsertLast(XmlForge.Envelope("xml-evil", XmlForge.XmlPayload(original)), signature), ProblemCode.SignatureInvalid, "The signed envelope without signature as payload, its signature outside.");
        yield return Bad("two-signatures.xml", XmlForge.InsertLast(signed, signature), ProblemCode.UnsupportedProfile, "The same signature twice.");
        yield return Bad("signature-first.xml", original.Replace("<Id>", signature + "<Id>", StringComparison.Ordinal), ProblemCode.UnsupportedProfile, "The signature is the first child.");
        yield return Bad("signature-in-payload.xml", XmlForge.Envelope("xml-50", XmlForge.XmlPayload($"<x>{signature}</x>")), ProblemCode.UnsupportedProfile, "The only signature is inside the payload.");
        yield return Bad("signature-other-namespace.xml", signed.Replace(XmlForge.Ds, "http://www.w3.org/2000/09/xmldsig", StringComparison.Ordinal), ProblemCode.MalformedEnvelope, "A Signature element of another namespace.");
        yield return Bad("foreign-beside-signature.xml", XmlForge.InsertLast(signed, "<x xmlns=\"urn:x\"/>"), ProblemCode.MalformedEnvelope, "A foreign element after the signature.");
        yield return Bad("field-after-signature.xml", XmlForge.InsertLast(signed, "<Extension name=\"a.b\">x</Extension>"), ProblemCode.UnsupportedProfile, "A field added after the signature.");
        yield return Bad("empty-object.xml", XmlForge.InsertLast(original, InSignature("<Object/>")), ProblemCode.UnsupportedProfile, "An Object.");
    }

    private static IEnumerable<GoldenSample> Alterations(GoldenKeys keys)
    {
        var model = GoldenModel.Full("xml-51", GoldenModel.Xml("<a b=\"1\">c</a>"));
        var signed = Encoding.UTF8.GetString(EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, keys.Signer("rsa1", SignatureAlgorithm.Rs256)).AsTask().GetAwaiter().GetResult());
        GoldenSample Altered(string file, string from, string to, string about, ProblemCode? code = null) =>
            Bad(file, signed.Replace(from, to, StringComparison.Ordinal), code ?? ProblemCode.SignatureInvalid, about);
        yield return Altered("altered-id.xml", "<Id>xml-51", "<Id>xml-52", "The id was changed.");
        yield return Altered("altered-recipient.xml", ">Z99/qlvb<", ">Z98/qlvb<", "A recipient was changed.");
        yield return Altered("altered-payload.xml", "<a xmlns=\"\" b=\"1\">", "<a xmlns=\"\" b=\"2\">", "An attribute of the payload was changed.");
        yield return Altered("altered-white-space.xml", "<Subject>", " <Subject>", "A space was put between two elements.");
        yield return Altered("altered-attribute-default.xml", "<a xmlns=\"\" b=\"1\">", "<a xmlns=\"\" b=\"1\" xml:space=\"preserve\">", "An attribute was added.");
        yield return Altered("altered-namespace.xml", "<Envelope xmlns", "<Envelope xmlns:x=\"urn:x\" xmlns", "A namespace declaration was added.");
        yield return Altered("altered-comment.xml", "Z98/alpha</From>", "Z98/alpha<!-- -->x</From>", "A comment splits a value.", ProblemCode.UnsupportedProfile);
        yield return Altered("altered-instruction.xml", "Z98/alpha</From>", "Z98/al<?x?>pha</From>", "A processing instruction splits a value.", ProblemCode.UnsupportedProfile);
        yield return Altered("altered-nfd.xml", "hướng", "hu\u031Bo\u031B\u0301ng", "The same letters in another normal form.");
        yield return Altered("altered-from.xml", "<From>Z98/alpha", "<From>Z98/beta", "The sender was changed; that one has no such key.", ProblemCode.KeyUnknown);
        yield return Bad("altered-epilogue-comment.xml", signed + "<!-- -->", ProblemCode.UnsupportedProfile, "A comment after the document's element.");
        yield return Bad("truncated.xml", signed[..^20], ProblemCode.MalformedEnvelope, "The end is missing.");
        yield return Altered("unsigned.xml", signed[signed.IndexOf("<Signature ", StringComparison.Ordinal)..], "</Envelope>", "The signature was taken away.", ProblemCode.SignatureMissing);
    }

    private static IEnumerable<GoldenSample> Keys(GoldenKeys keys)
    {
        var document = XmlForge.Envelope("xml-53");
        XmlForge By(string key) => new(document, keys.Signer(key));
        string Named(string key) => $"<KeyInfo><KeyName>{key}</KeyName></KeyInfo>";
        yield return Bad("key-of-other-system.xml", By("rsa1b"), ProblemCode.KeyUnknown, "Signed with another system's key, named so.");
        yield return Bad("key-of-other-system-misnamed.xml", By("ec1b") with { KeyInfo = Named("ec1") }, ProblemCode.SignatureInvalid, "Signed with another system's key, named as one's own.");
        yield return Bad("key-stranger.xml", By("stranger"), ProblemCode.KeyUnknown, "Signed with a key that nobody registered.");
        yield return Bad("key-stranger-certificate.xml", By("stranger") with { KeyInfo = Certificate(keys.Certificate("stranger")) }, ProblemCode.KeyUnknown, "Brings its own certificate.");
        yield return Bad("key-certificate-swapped.xml", By("stranger") with { KeyInfo = Certificate(keys.Certificate("ec1")) }, ProblemCode.SignatureInvalid, "A registered certificate, signed with another key.");
        yield return Bad("key-expired.xml", By("old1"), ProblemCode.KeyExpired, "The key has expired.");
        yield return Bad("key-revoked.xml", By("lost1"), ProblemCode.KeyRevoked, "The key is revoked.");
        yield return Bad("unknown-sender.xml", By("ec1") with { Document = XmlForge.Envelope("xml-53", from: "Z98/gamma") }, ProblemCode.UnknownSender, "The sender is not registered.");
        using var small = RSA.Create(1024);
        var pkcs1 = RSASignaturePadding.Pkcs1;
        yield return Bad(
            "rsa-1024.xml", By("rsa1") with { Method = Rsa256, Value = signedInfo => small.SignData(signedInfo, HashAlgorithmName.SHA256, pkcs1) }, ProblemCode.SignatureInvalid, "Signed with RSA of 1,024 bits.");
    }

    private static IEnumerable<GoldenSample> Values(GoldenKeys keys)
    {
        var document = XmlForge.Envelope("xml-54");
        var ec = new XmlForge(document, keys.Signer("ec1"));
        yield return Bad("hmac-with-public-key.xml", ec with { Method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", Value = signedInfo => HMACSHA256.HashData(keys.SubjectPublicKeyInfo("ec1"), signedInfo) }, ProblemCode.UnsupportedProfile, "HMAC with the public key as secret.");
        yield return Bad("wrong-curve.xml", ec with { Method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" }, ProblemCode.SignatureInvalid, "P-384 named, P-256 key.");
        yield return Bad("wrong-kind.xml", ec with { Method = Rsa256 }, ProblemCode.SignatureInvalid, "RSA named, ECDSA key.");
        yield return Bad("pss-as-pkcs1.xml", new XmlForge(document, keys.Signer("rsa1", SignatureAlgorithm.Ps256)) with { Method = Rsa256 }, ProblemCode.SignatureInvalid, "PSS value under PKCS#1's name.");
        yield return Bad("ecdsa-der.xml", ec with { Value = signedInfo => Der(keys.Signer("ec1").Sign(signedInfo)) }, ProblemCode.SignatureInvalid, "ECDSA value in DER.");
        yield return Bad("ecdsa-leading-zeros.xml", ec with { Value = signedInfo => Padded(keys.Signer("ec1").Sign(signedInfo)) }, ProblemCode.SignatureInvalid, "r and s with a zero octet in front.");
        yield return Bad("ecdsa-zero.xml", ec with { Value = _ => new byte[64] }, ProblemCode.SignatureInvalid, "r = s = 0.");
        yield return Bad("empty-value.xml", ec with { Value = _ => [] }, ProblemCode.SignatureInvalid, "An empty SignatureValue.");
        yield return Bad("digest-of-other.xml", ec with { DigestMethod = "http://www.w3.org/2001/04/xmlenc#sha512" }, ProblemCode.SignatureInvalid, "DigestValue of another hash than DigestMethod says.");
    }

    private const string Rsa256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    private static string Certificate(byte[] certificate) =>
        $"<KeyInfo><X509Data><X509Certificate>{Convert.ToBase64String(certificate)}</X509Certificate></X509Data></KeyInfo>";

    private static byte[] Der(byte[] value)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        writer.PushSequence();
        writer.WriteInteger(new System.Numerics.BigInteger(value.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
        writer.WriteInteger(new System.Numerics.BigInteger(value.AsSpan(32), isUnsigned: true, isBigEndian: true));
        writer.PopSequence();
        return writer.Encode();
    }

    private static byte[] Padded(byte[] value) => [0, .. value[..32], 0, .. value[32..]];

    private static GoldenSample Bad(string file, string text, ProblemCode code, string about) =>
        GoldenSample.Bad($"bad-{file}", Encoding.UTF8.GetBytes(text), EnvelopeEncoding.Xml, code, about);

    private static GoldenSample Bad(string file, XmlForge forge, ProblemCode code, string about) =>
        GoldenSample.Bad($"bad-{file}", forge.Sign(), EnvelopeEncoding.Xml, code, about);
}
