using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>Signs any text as an XML envelope, right or wrong in every detail wanted.</summary>
public sealed record XmlForge(string Document, LocalSigner Signer)
{
    public const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    public const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    public const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string Enveloped = "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";

    /// <summary>CanonicalizationMethod, whole.</summary>
    public string Canonicalisation { get; init; } = $"<CanonicalizationMethod Algorithm=\"{Inclusive}\"/>";

    public CanonicalForm SignedInfoForm { get; init; }

    public string[] SignedInfoPrefixes { get; init; } = [];

    /// <summary>Namespace declarations and attributes that SignedInfo inherits, in canonical order after the default one.</summary>
    public string Inherited { get; init; } = "";

    /// <summary>SignatureMethod's Algorithm; null for the signer's.</summary>
    public string? Method { get; init; }

    public string ReferenceAttributes { get; init; } = " URI=\"\"";

    /// <summary>Transforms, whole.</summary>
    public string Transforms { get; init; } = $"<Transforms>{Enveloped}<Transform Algorithm=\"{Inclusive}\"/></Transforms>";

    public CanonicalForm DocumentForm { get; init; }

    public string[] DocumentPrefixes { get; init; } = [];

    public string DigestMethod { get; init; } = "http://www.w3.org/2001/04/xmlenc#sha256";

    public HashAlgorithmName Digest { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>More elements after the Reference.</summary>
    public string AfterReference { get; init; } = "";

    /// <summary>KeyInfo, whole; null for the signer's KeyName.</summary>
    public string? KeyInfo { get; init; }

    /// <summary>More elements after KeyInfo.</summary>
    public string AfterKeyInfo { get; init; } = "";

    public string SignatureAttributes { get; init; } = "";

    /// <summary>Makes the signature value from SignedInfo's octets; null for the signer's.</summary>
    public Func<byte[], byte[]>? Value { get; init; }

    /// <summary>The Signature element.</summary>
    public string SignatureElement()
    {
        var canonical = CanonicalXml.Canonicalise(Encoding.UTF8.GetBytes(Document), DocumentForm, DocumentPrefixes);
        var digest = Convert.ToBase64String(CryptographicOperations.HashData(Digest, canonical.Span));
        var inner = $"{Canonicalisation}<SignatureMethod Algorithm=\"{Method ?? SignatureMethods.NameOf(Signer.Algorithm)}\"/>"
            + $"<Reference{ReferenceAttributes}>{Transforms}<DigestMethod Algorithm=\"{DigestMethod}\"/><DigestValue>{digest}</DigestValue></Reference>{AfterReference}";
        var alone = Encoding.UTF8.GetBytes($"<SignedInfo xmlns=\"{Ds}\"{Inherited}>{inner}</SignedInfo>");
        var signedInfo = CanonicalXml.Canonicalise(alone, SignedInfoForm, SignedInfoPrefixes).ToArray();
        var value = Value is null ? Signer.Sign(signedInfo) : Value(signedInfo);
        return $"<Signature xmlns=\"{Ds}\"{SignatureAttributes}><SignedInfo>{inner}</SignedInfo><SignatureValue>{Convert.ToBase64String(value)}</SignatureValue>"
            + $"{KeyInfo ?? $"<KeyInfo><KeyName>{Signer.KeyId}</KeyName></KeyInfo>"}{AfterKeyInfo}</Signature>";
    }

    /// <summary>The signed document.</summary>
    public byte[] Sign() => Encoding.UTF8.GetBytes(InsertLast(Document, SignatureElement()));

    /// <summary>Puts text before the last end tag.</summary>
    public static string InsertLast(string document, string text) => document.Insert(document.LastIndexOf("</", StringComparison.Ordinal), text);

    /// <summary>An unsigned envelope of the least fields and what is given.</summary>
    public static string Envelope(string id, string more = "", string declarations = "", string from = "Z98/alpha") =>
        $"<Envelope xmlns=\"urn:hub:envelope:1\"{declarations}><Id>{id}</Id><Type>vn.document.v1</Type><From>{from}</From><To>Z99</To><Created>2026-03-02T02:15:00.250Z</Created>{more}</Envelope>";

    public static string XmlPayload(string element) => $"<Payload form=\"xml\" mediaType=\"application/xml\">{element}</Payload>";
}
