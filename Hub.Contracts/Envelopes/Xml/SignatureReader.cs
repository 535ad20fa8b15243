using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Reads one <c>ds:Signature</c> of the profile: every element and attribute has one place, all others are refused.</summary>
internal sealed class SignatureReader(CanonicalReader xml, EnvelopeLimits limits)
{
    private const int MaxValueBytes = 1024;
    private const int MaxCertificateBytes = 64 * 1024;
    private const int MaxKeyName = 200;
    private const int MaxSignedInfoBytes = 64 * 1024;
    private const int MaxPrefixList = 1_000;

    /// <summary>Reads to the end tag of the Signature whose start tag was just reached.</summary>
    internal SignatureParts Read()
    {
        NoAttributes("Signature");
        xml.LeaveOutElement();

        Expect("SignedInfo");
        NoAttributes("SignedInfo");
        xml.CaptureElement(MaxSignedInfoBytes);
        Expect("CanonicalizationMethod");
        var canonicalisation = ReadCanonicalisation("CanonicalizationMethod");
        Expect("SignatureMethod");
        var algorithm = SignatureMethods.Signature(Algorithm("SignatureMethod"));
        ExpectEnd("SignatureMethod");
        var (transform, digest, digestValue) = ReadReference();
        ExpectEnd("SignedInfo");
        var signedInfo = canonicalisation.Form == CanonicalForm.Inclusive
            ? xml.Captured
            : CanonicalXml.Canonicalise(xml.Captured, CanonicalForm.Exclusive, canonicalisation.InclusivePrefixes, limits);

        Expect("SignatureValue");
        NoAttributes("SignatureValue");
        var value = xml.ReadBase64("SignatureValue", MaxValueBytes) ?? [];
        var key = ReadKeyInfo();
        ExpectEnd("Signature");
        return new SignatureParts(algorithm, transform, digest, digestValue, value, key, signedInfo);
    }

    private (Canonicalisation Transform, HashAlgorithmName Digest, byte[] DigestValue) ReadReference()
    {
        Expect("Reference");
        if (OnlyAttribute("Reference", "URI") is { Length: > 0 } uri)
            throw SignatureMethods.Unsupported("Reference URI", uri, "the empty URI, which means the whole document");
        Expect("Transforms");
        NoAttributes("Transforms");
        Expect("Transform");
        var enveloped = Algorithm("Transform");
        if (enveloped != SignatureMethods.Enveloped)
            throw SignatureMethods.Unsupported("first Transform", enveloped, "enveloped-signature, then one canonicalisation");
        ExpectEnd("Transform");
        Expect("Transform");
        var transform = ReadCanonicalisation("Transform");
        ExpectEnd("Transforms");
        Expect("DigestMethod");
        var digest = SignatureMethods.Digest(Algorithm("DigestMethod"));
        ExpectEnd("DigestMethod");
        Expect("DigestValue");
        NoAttributes("DigestValue");
        var value = xml.ReadBase64("DigestValue", MaxValueBytes) ?? [];
        ExpectEnd("Reference");
        return (transform, digest, value);
    }

    private Canonicalisation ReadCanonicalisation(string where)
    {
        var form = SignatureMethods.Canonicalisation(where, Algorithm(where));
        if (!NextStart(where)) return new Canonicalisation(form, new HashSet<string>());
        if (form == CanonicalForm.Inclusive || !xml.Start.Is(XmlNames.ExclusiveC14N, "InclusiveNamespaces")) throw Foreign(where);
        var prefixes = Prefixes(OnlyAttribute("InclusiveNamespaces", "PrefixList"));
        ExpectEnd("InclusiveNamespaces");
        ExpectEnd(where);
        return new Canonicalisation(form, prefixes);
    }

    private static HashSet<string> Prefixes(string list)
    {
        if (list.Length > MaxPrefixList)
            throw ProblemCode.UnsupportedProfile.With($"The signature's PrefixList has {list.Length} characters; the limit is {MaxPrefixList}. Sign with inclusive Canonical XML 1.0.");
        var prefixes = list.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (prefixes.Length > CanonicalWriter.MaxInclusivePrefixes)
            throw ProblemCode.UnsupportedProfile.With($"The signature's PrefixList has {prefixes.Length} names; the limit is {CanonicalWriter.MaxInclusivePrefixes}. Sign with inclusive Canonical XML 1.0.");
        return new HashSet<string>(prefixes.Select(prefix => prefix == "#default" ? "" : prefix), StringComparer.Ordinal);
    }

    private KeyHint ReadKeyInfo()
    {
        Expect("KeyInfo");
        NoAttributes("KeyInfo");
        if (!NextStart("KeyInfo")) throw ProblemCode.UnsupportedProfile.With("The signature's KeyInfo is empty; it holds one KeyName or one X509Certificate.");
        KeyHint hint;
        if (xml.Start.Is(XmlNames.Signature, "KeyName"))
        {
            NoAttributes("KeyName");
            var name = xml.ReadText("KeyName", MaxKeyName);
            if (name.Length == 0) throw ProblemCode.MalformedEnvelope.With("The signature's KeyName is empty; it holds the id of a registered key.");
            hint = new KeyHint(name, null);
        }
        else if (xml.Start.Is(XmlNames.Signature, "X509Data"))
        {
            NoAttributes("X509Data");
            Expect("X509Certificate");
            NoAttributes("X509Certificate");
            var certificate = xml.ReadBase64("X509Certificate", MaxCertificateBytes)
                ?? throw ProblemCode.MalformedEnvelope.With("The signature's X509Certificate is empty; it holds one DER certificate in base64.");
            hint = new KeyHint(null, SHA256.HashData(certificate));
            ExpectEnd("X509Data");
        }
        else
        {
            throw Foreign("KeyInfo");
        }

        ExpectEnd("KeyInfo");
        return hint;
    }

    private void Expect(string name)
    {
        if (!NextStart("Signature")) throw ProblemCode.UnsupportedProfile.With($"The signature has no {name} where the profile has one.");
        if (!xml.Start.Is(XmlNames.Signature, name))
            throw ProblemCode.UnsupportedProfile.With($"The signature has {TextRules.Quote(xml.Start.Name)} where the profile has {name}.");
    }

    private void ExpectEnd(string within)
    {
        if (NextStart(within)) throw Foreign(within);
    }

    private bool NextStart(string within)
    {
        while (true)
        {
            switch (xml.Next())
            {
                case XmlPart.Start: return true;
                case XmlPart.End: return false;
                case XmlPart.Text when ElementContent.IsSpace(xml.Chunk): break;
                default: throw ProblemCode.UnsupportedProfile.With($"The signature's {within} has text where the profile has none.");
            }
        }
    }

    private string Algorithm(string element) => OnlyAttribute(element, "Algorithm");

    private string OnlyAttribute(string element, string name)
    {
        foreach (var attribute in xml.Start.Attributes)
            if (attribute.Name != name) throw ForeignAttribute(element, attribute.Name);
        return xml.Start.Attributes.Count == 1
            ? xml.Start.Attributes[0].Value
            : throw ProblemCode.UnsupportedProfile.With($"The signature's {element} has no attribute '{name}'.");
    }

    private void NoAttributes(string element)
    {
        if (xml.Start.Attributes.Count > 0) throw ForeignAttribute(element, xml.Start.Attributes[0].Name);
    }

    private ProblemException Foreign(string within) => ProblemCode.UnsupportedProfile.With(
        $"The signature's {within} has the element {TextRules.Quote(xml.Start.Name)}, for which the profile has no place.");

    private static ProblemException ForeignAttribute(string element, string name) => ProblemCode.UnsupportedProfile.With(
        $"The signature's {element} has the attribute {TextRules.Quote(name)}, for which the profile has no place.");
}
