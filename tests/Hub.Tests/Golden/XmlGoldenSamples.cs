using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>The samples of schemas/golden/xml.</summary>
public static class XmlGoldenSamples
{
    private const string Element = "<d:doc xmlns:d=\"urn:example:doc\" d:a=\"1\">Nội dung &amp; &lt;phụ lục&gt;&#xD;<e xmlns=\"urn:example:e\"></e></d:doc>";

    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) =>
        [.. Numbered([.. Written(keys), .. Handmade(keys), .. XmlGoldenForgeries.Make(keys), .. XmlGoldenMistakes.Make(keys)])];

    private static IEnumerable<GoldenSample> Numbered(GoldenSample[] samples) =>
        samples.Select((sample, i) => sample with { File = $"{i + 1:000}-{sample.File}" });

    private static IEnumerable<GoldenSample> Written(GoldenKeys keys)
    {
        foreach (var (key, algorithm) in new[]
        {
            ("rsa1", SignatureAlgorithm.Rs256), ("rsa1", SignatureAlgorithm.Rs384), ("rsa1", SignatureAlgorithm.Rs512),
            ("rsa1", SignatureAlgorithm.Ps256), ("rsa1", SignatureAlgorithm.Ps384), ("rsa1", SignatureAlgorithm.Ps512),
            ("ec1", SignatureAlgorithm.Es256), ("ec384", SignatureAlgorithm.Es384),
        })
        {
            var name = algorithm.ToString().ToLowerInvariant();
            yield return Write(keys, $"good-minimal-{name}.xml", "The least: Id, Type, From, To, Created.", GoldenModel.Minimal($"xml-min-{name}"), key, algorithm);
            yield return Write(keys, $"good-full-{name}.xml", "Every field, XML payload, key named by its certificate.", GoldenModel.Full($"xml-full-{name}", GoldenModel.Xml(Element)), key, algorithm, byCertificate: true);
        }

        var es256 = SignatureAlgorithm.Es256;
        yield return Write(keys, "good-payload-json.xml", "JSON payload.", GoldenModel.Full("xml-20", GoldenModel.Json("""{"kính gửi":"Ủy ban <nhân dân>","n":1.50e+3}""")), "ec1", es256);
        yield return Write(keys, "good-payload-bytes.xml", "Payload of all 256 byte values.", GoldenModel.Full("xml-21", GoldenModel.Bytes([.. Enumerable.Range(0, 256).Select(i => (byte)i)])), "ec1", es256);
        yield return Write(keys, "good-payload-empty.xml", "Payload of no bytes.", GoldenModel.Full("xml-22", GoldenModel.Bytes()), "ec1", es256);
        yield return Write(
            keys, "good-payload-jwe.xml", "Payload sealed as JWE.",
            GoldenModel.Full("xml-23", GoldenModel.Bytes("eyJhbGciOiJFQ0RILUVTIn0....."u8.ToArray()) with { MediaType = "application/jose", Encryption = PayloadEncryption.Jwe }), "ec1", es256);
        yield return Write(
            keys, "good-payload-xmlenc.xml", "Payload sealed as XML Encryption 1.1.",
            GoldenModel.Full("xml-24", GoldenModel.Xml("<EncryptedData xmlns=\"http://www.w3.org/2001/04/xmlenc#\"><CipherData><CipherValue>AAAA</CipherValue></CipherData></EncryptedData>") with { Encryption = PayloadEncryption.XmlEnc11 }), "ec1", es256);
        yield return Write(keys, "good-beta.xml", "From the other system.", GoldenModel.Minimal("xml-25") with { From = GoldenKeys.Beta }, "rsa1b", SignatureAlgorithm.Ps256);
        var deep = string.Concat(Enumerable.Repeat("<a>", 62)) + string.Concat(Enumerable.Repeat("</a>", 62));
        yield return Write(keys, "good-deepest.xml", "Elements nested 64 deep, the limit.", GoldenModel.Minimal("xml-26") with { Payload = GoldenModel.Xml(deep) }, "ec1", es256);
    }

    private static IEnumerable<GoldenSample> Handmade(GoldenKeys keys)
    {
        var plain = new XmlForge(XmlForge.Envelope("xml-30"), keys.Signer("ec1"));
        var minimal = GoldenModel.Minimal("xml-30");
        foreach (var (bits, method) in new[] { ("384", "http://www.w3.org/2001/04/xmldsig-more#sha384"), ("512", "http://www.w3.org/2001/04/xmlenc#sha512") })
            yield return Good($"good-digest-sha{bits}.xml", plain with { DigestMethod = method, Digest = new HashAlgorithmName($"SHA{bits}") }, $"The document's digest is SHA-{bits}.", minimal);
        var exclusive = plain with
        {
            Canonicalisation = $"<CanonicalizationMethod Algorithm=\"{XmlForge.Exclusive}\"/>",
            SignedInfoForm = CanonicalForm.Exclusive,
            Transforms = $"<Transforms>{XmlForge.Enveloped}<Transform Algorithm=\"{XmlForge.Exclusive}\"/></Transforms>",
            DocumentForm = CanonicalForm.Exclusive,
        };
        var data = "<p:x xmlns:p=\"urn:p\" p:a=\"1\"></p:x>";
        yield return Good("good-exclusive.xml", exclusive, "Exclusive canonicalisation of SignedInfo and document.", minimal);
        yield return Good(
            "good-exclusive-prefixes.xml", exclusive with
            {
                Document = XmlForge.Envelope("xml-30", XmlForge.XmlPayload("<x xmlns=\"\" t=\"q:name\"></x>"), " xmlns:q=\"urn:q\""),
                Transforms = $"<Transforms>{XmlForge.Enveloped}<Transform Algorithm=\"{XmlForge.Exclusive}\"><InclusiveNamespaces xmlns=\"{XmlForge.Exclusive}\" PrefixList=\"#default q\"/></Transform></Transforms>",
                DocumentPrefixes = ["", "q"],
            },
            "A prefix used in a value stands in InclusiveNamespaces.", minimal with { Payload = GoldenModel.Xml("<x xmlns:q=\"urn:q\" t=\"q:name\"></x>") });
        yield return Good(
            "good-inherited-namespaces.xml", plain with { Document = XmlForge.Envelope("xml-30", XmlForge.XmlPayload($"\n {data}\n"), " xmlns:a=\"urn:a\" xmlns:p=\"urn:other\""), Inherited = " xmlns:a=\"urn:a\" xmlns:p=\"urn:other\"" },
            "The payload and SignedInfo inherit namespaces.", minimal with { Payload = GoldenModel.Xml("<p:x xmlns=\"urn:hub:envelope:1\" xmlns:a=\"urn:a\" xmlns:p=\"urn:p\" p:a=\"1\"></p:x>") });
        yield return Good(
            "good-prefixed.xml", plain with
            {
                Document = """
                    <e:Envelope xmlns:e='urn:hub:envelope:1'>
                      <e:Id>xml&#45;30</e:Id> <e:Type><![CDATA[vn.document.v1]]></e:Type>
                      <e:From>Z98/alpha</e:From>
                      <e:To role="main" >Z99</e:To>
                      <e:Created>2026-03-02T09:15:00.25+07:00</e:Created>
                      <e:Priority>0</e:Priority>
                    </e:Envelope>
                    """, Inherited = " xmlns:e=\"urn:hub:envelope:1\"",
            },
            "Prefixes, white space, CDATA, character references, another offset.", minimal);
        yield return Good("good-bom-and-declaration.xml", plain, "A byte order mark and an XML declaration.", minimal, octets => [.. "\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?>\r\n"u8, .. octets]);
        yield return Good(
            "good-wrapped-base64.xml", plain, "White space inside base64.", minimal,
            octets => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace("<SignatureValue>", "<SignatureValue>\r\n \t", StringComparison.Ordinal)));
    }

    private static GoldenSample Write(
        GoldenKeys keys, string file, string about, Envelope model, string keyId, SignatureAlgorithm algorithm, bool byCertificate = false)
    {
        var signing = EnvelopeCodec.SignAsync(model, EnvelopeEncoding.Xml, keys.Signer(keyId, algorithm, byCertificate));
        return GoldenSample.Good(file, signing.AsTask().GetAwaiter().GetResult(), EnvelopeEncoding.Xml, about, model, keyId, algorithm);
    }

    private static GoldenSample Good(string file, XmlForge forge, string about, Envelope model, Func<byte[], byte[]>? edit = null)
    {
        var octets = forge.Sign();
        return GoldenSample.Good(file, edit is null ? octets : edit(octets), EnvelopeEncoding.Xml, about, model, forge.Signer.KeyId, forge.Signer.Algorithm);
    }
}
