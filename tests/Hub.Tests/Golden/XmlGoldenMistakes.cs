using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;

namespace Hub.Tests.Golden;

/// <summary>Samples of schemas/golden/xml that are truly signed, yet outside the profile or the model.</summary>
public static class XmlGoldenMistakes
{
    private const string Digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) => [.. Profile(keys), .. Fields(keys), .. Documents(keys)];

    private static IEnumerable<GoldenSample> Profile(GoldenKeys keys)
    {
        var good = new XmlForge(XmlForge.Envelope("xml-60"), keys.Signer("ec1"));
        GoldenSample Outside(string file, XmlForge forge, string about) => Bad(file, forge.Sign(), ProblemCode.UnsupportedProfile, about);
        string Transforms(params string[] transforms) => $"<Transforms>{string.Concat(transforms)}</Transforms>";
        string Transform(string algorithm) => $"<Transform Algorithm=\"{algorithm}\"/>";
        var c14n = Transform(XmlForge.Inclusive);
        yield return Outside("sha1-signature.xml", good with { Method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }, "SHA-1 in the signature.");
        yield return Outside("sha1-digest.xml", good with { DigestMethod = "http://www.w3.org/2000/09/xmldsig#sha1" }, "SHA-1 in the digest.");
        yield return Outside("md5-digest.xml", good with { DigestMethod = "http://www.w3.org/2001/04/xmldsig-more#md5" }, "MD5 in the digest.");
        yield return Outside("c14n-with-comments.xml", good with { Canonicalisation = $"<CanonicalizationMethod Algorithm=\"{XmlForge.Inclusive}#WithComments\"/>" }, "Canonical XML with comments.");
        yield return Outside("c14n-11.xml", good with { Transforms = Transforms(XmlForge.Enveloped, Transform("http://www.w3.org/2006/12/xml-c14n11")) }, "Canonical XML 1.1.");
        yield return Outside("transform-xslt.xml", good with { Transforms = Transforms(XmlForge.Enveloped, Transform("http://www.w3.org/TR/1999/REC-xslt-19991116")) }, "An XSLT transform.");
        yield return Outside("transform-xpath.xml", good with { Transforms = Transforms(Transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), c14n) }, "An XPath transform.");
        yield return Outside("transform-base64.xml", good with { Transforms = Transforms(XmlForge.Enveloped, c14n, Transform("http://www.w3.org/2000/09/xmldsig#base64")) }, "A third transform.");
        yield return Outside("transforms-swapped.xml", good with { Transforms = Transforms(c14n, XmlForge.Enveloped) }, "The transforms in the other order.");
        yield return Outside("transforms-one.xml", good with { Transforms = Transforms(XmlForge.Enveloped) }, "Without canonicalisation.");
        yield return Outside("transforms-none.xml", good with { Transforms = "" }, "Without transforms.");
        yield return Outside("reference-uri.xml", good with { ReferenceAttributes = " URI=\"#x\"" }, "A reference to an id.");
        yield return Outside("reference-file.xml", good with { ReferenceAttributes = " URI=\"file:///etc/passwd\"" }, "A reference to a file.");
        yield return Outside("reference-no-uri.xml", good with { ReferenceAttributes = "" }, "A reference without URI.");
        yield return Outside("reference-id.xml", good with { ReferenceAttributes = " URI=\"\" Id=\"r\"" }, "A reference with an Id.");
        yield return Outside("two-references.xml", good with { AfterReference = "<Reference URI=\"\"/>" }, "Two references.");
        yield return Outside("signature-id.xml", good with { SignatureAttributes = " Id=\"s\"" }, "A Signature with an Id.");
        yield return Outside("keyinfo-missing.xml", good with { KeyInfo = "" }, "Without KeyInfo.");
        yield return Outside("keyinfo-empty.xml", good with { KeyInfo = "<KeyInfo/>" }, "An empty KeyInfo.");
        yield return Outside("keyinfo-value.xml", good with { KeyInfo = "<KeyInfo><KeyValue/></KeyInfo>" }, "A bare key value.");
        yield return Outside("keyinfo-two.xml", good with { KeyInfo = "<KeyInfo><KeyName>ec1</KeyName><KeyName>ec1</KeyName></KeyInfo>" }, "Two key names.");
        yield return Outside("keyinfo-retrieval.xml", good with { KeyInfo = "<KeyInfo><RetrievalMethod URI=\"http://example.invalid/\"/></KeyInfo>" }, "A key to be fetched.");
        var exclusive = good with { Transforms = Transforms(XmlForge.Enveloped, Transform(XmlForge.Exclusive)), DocumentForm = CanonicalForm.Exclusive };
        yield return Outside("exclusive-prefix-in-value.xml", exclusive with { Document = XmlForge.Envelope("xml-60", XmlForge.XmlPayload("<x xmlns=\"\" xmlns:q=\"urn:q\" t=\"q:name\"/>")) }, "Exclusive: a prefix used in a value only.");
        yield return Outside("exclusive-prefix-in-text.xml", exclusive with { Document = XmlForge.Envelope("xml-60", XmlForge.XmlPayload("<x xmlns=\"\">q:name</x>"), " xmlns:q=\"urn:q\""), Inherited = " xmlns:q=\"urn:q\"" }, "Exclusive: a prefix used in text only.");
        yield return Outside(
            "exclusive-rebound.xml", exclusive with { Document = XmlForge.Envelope("xml-60", XmlForge.XmlPayload("<x xmlns=\"\"><p:a xmlns:p=\"urn:1\"/><b t=\"p:v\"/></x>"), " xmlns:p=\"urn:2\""), Inherited = " xmlns:p=\"urn:2\"" },
            "Exclusive: a prefix bound anew above a value that uses it.");
    }

    private static IEnumerable<GoldenSample> Fields(GoldenKeys keys)
    {
        GoldenSample Malformed(string file, string document, string about, ProblemCode? code = null) =>
            Bad(file, new XmlForge(document, keys.Signer("ec1")).Sign(), code ?? ProblemCode.MalformedEnvelope, about);
        GoldenSample With(string file, string more, string about, ProblemCode? code = null) => Malformed(file, XmlForge.Envelope("xml-61", more), about, code);
        var good = XmlForge.Envelope("xml-61");
        yield return With("field-unknown.xml", "<Secret>x</Secret>", "An unknown element.");
        yield return With("field-twice.xml", "<Subject>a</Subject><Subject>b</Subject>", "An element twice.");
        yield return With("field-order.xml", "<Priority>1</Priority><Expires>2026-03-03T00:00:00Z</Expires>", "Elements in the wrong order.");
        yield return With("field-nested.xml", "<Subject>a<b/></Subject>", "An element inside a text field.");
        yield return With("text-between.xml", "text", "Text between the elements.");
        yield return Malformed("field-missing.xml", good.Replace("<To>Z99</To>", "", StringComparison.Ordinal), "No recipient.");
        yield return Malformed("attribute-unknown.xml", good.Replace("<Id>", "<Id Id=\"x\">", StringComparison.Ordinal), "An unknown attribute.");
        yield return Malformed("attribute-on-root.xml", XmlForge.Envelope("xml-61", declarations: " ID=\"x\""), "An Id attribute on the envelope.");
        yield return Malformed("namespace-version-2.xml", good.Replace("envelope:1", "envelope:2", StringComparison.Ordinal), "Another version's namespace.");
        yield return Malformed("id-path.xml", XmlForge.Envelope("../../etc/passwd"), "A path as id.");
        yield return Malformed("time-no-offset.xml", good.Replace("250Z", "250", StringComparison.Ordinal), "A time without offset.");
        yield return With("priority-5.xml", "<Priority>5</Priority>", "Priority 5.");
        yield return With("role-unknown.xml", "<InReplyTo key=\"" + Digits + "\"/>", "InReplyTo without sha256.");
        yield return With("payload-two-elements.xml", XmlForge.XmlPayload("<a/><b/>"), "Two elements in the payload.");
        yield return With("payload-no-element.xml", XmlForge.XmlPayload(" "), "No element in the payload.");
        yield return With("payload-bad-json.xml", "<Payload form=\"json\" mediaType=\"application/json\">{\"a\":1,\"a\":2}</Payload>", "A JSON payload with a member twice.");
        yield return With("payload-bad-base64.xml", "<Payload form=\"base64\" mediaType=\"a/b\">AAA</Payload>", "Base64 without padding.");
        yield return With("payload-cipher-unknown.xml", "<Payload encryption=\"rot13\" form=\"base64\" mediaType=\"a/b\">AAAA</Payload>", "An unknown sealing.", ProblemCode.UnsupportedProfile);
        yield return With("attachment-path.xml", $"<Attachment inline=\"true\" mediaType=\"a/b\" name=\"../x\" sha256=\"{Digits}\" size=\"3\">AAAA</Attachment>", "A path as attachment name.");
        yield return With("attachment-digest.xml", $"<Attachment inline=\"true\" mediaType=\"a/b\" name=\"x\" sha256=\"{Digits}\" size=\"3\">AAAA</Attachment>", "An attachment that has not the digest stated.", ProblemCode.DigestMismatch);
    }

    private static IEnumerable<GoldenSample> Documents(GoldenKeys keys)
    {
        var signed = Encoding.UTF8.GetString(new XmlForge(XmlForge.Envelope("xml-62"), keys.Signer("ec1")).Sign());
        GoldenSample Malformed(string file, string text, string about) => Bad(file, Encoding.UTF8.GetBytes(text), ProblemCode.MalformedEnvelope, about);
        yield return Malformed("dtd.xml", "<!DOCTYPE Envelope>" + signed, "A document type declaration.");
        yield return Malformed("xxe.xml", "<!DOCTYPE Envelope [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + signed.Replace("xml-62", "&x;", StringComparison.Ordinal), "An external entity.");
        yield return Malformed(
            "entity-bomb.xml", "<!DOCTYPE Envelope [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>" + signed.Replace("xml-62", "&c;", StringComparison.Ordinal),
            "Entities that multiply.");
        yield return Malformed("declared-latin1.xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + signed, "Another encoding declared.");
        yield return Malformed("version-11.xml", "<?xml version=\"1.1\"?>" + signed, "XML 1.1.");
        yield return Malformed("duplicate-attribute.xml", signed.Replace("Algorithm=", "Algorithm=\"x\" Algorithm=", StringComparison.Ordinal), "An attribute twice.");
        yield return Malformed("two-roots.xml", signed + signed, "Two documents.");
        yield return Malformed("empty.xml", "", "Nothing.");
        yield return Malformed("not-xml.xml", "{\"id\":1}", "Not XML.");
        yield return Bad("utf-16.xml", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(signed)], ProblemCode.MalformedEnvelope, "UTF-16.");
        yield return Bad("utf-32.xml", [.. Encoding.UTF32.GetPreamble(), .. Encoding.UTF32.GetBytes(signed)], ProblemCode.MalformedEnvelope, "UTF-32.");
        yield return Bad("invalid-utf-8.xml", [.. Encoding.UTF8.GetBytes(signed.Replace("</Envelope>", "", StringComparison.Ordinal)), 0xC0, 0xAF, .. "</Envelope>"u8], ProblemCode.MalformedEnvelope, "Invalid UTF-8.");
        yield return Bad("instruction.xml", Encoding.UTF8.GetBytes("<?xml-stylesheet href=\"x\"?>" + signed), ProblemCode.UnsupportedProfile, "A processing instruction.");
        var deep = string.Concat(Enumerable.Repeat("<a>", 63)) + string.Concat(Enumerable.Repeat("</a>", 63));
        yield return Malformed("too-deep.xml", XmlForge.Envelope("xml-62", XmlForge.XmlPayload(deep)), "Elements nested 65 deep.");
        var many = string.Concat(Enumerable.Range(0, 101).Select(i => $" a{i}=\"\""));
        yield return Bad("too-many-attributes.xml", Encoding.UTF8.GetBytes(XmlForge.Envelope("xml-62", XmlForge.XmlPayload($"<a{many}/>"))), ProblemCode.TooLarge, "101 attributes on one element.");
    }

    private static GoldenSample Bad(string file, byte[] octets, ProblemCode code, string about) =>
        GoldenSample.Bad($"bad-{file}", octets, EnvelopeEncoding.Xml, code, about);
}
