using System.Security.Cryptography;
using Hub.Contracts.Envelopes.Xml;

namespace Hub.Contracts.Sealing.Xml;

/// <summary>Reads one <c>EncryptedKey</c>, whose start tag was just reached, to its end tag.</summary>
internal sealed class EncryptedKeyReader(CanonicalReader xml)
{
    private const int MaxName = 200;
    private const int MaxKeyBytes = 1024;
    private const int MaxPartyBytes = 256;

    private string? _owner, _keyName;
    private AgreementPart? _agreement;

    internal WrappedKey Read()
    {
        xml.OnlyAttributes("EncryptedKey", "Id", "Type", "Recipient");
        if (xml.Attribute("Type") is { } type && type != XmlEncNames.EncryptedKeyType) throw SealingFaults.Unsupported("Type of EncryptedKey", type, "none");
        _owner = xml.Attribute("Recipient") is { Length: > 0 and <= MaxName } owner && Addresses.SystemAddress.TryParse(owner, out _) ? owner : null;
        xml.Expect(XmlEncNames.Enc, "EncryptionMethod");
        var wrapping = ReadMethod();
        if (!xml.NextChild("EncryptedKey")) throw SealingFaults.Malformed("has an EncryptedKey without CipherData");
        if (xml.Start.Is(XmlEncNames.Sig, "KeyInfo"))
        {
            while (xml.NextChild("KeyInfo")) ReadHint();
            xml.Expect(XmlEncNames.Enc, "CipherData");
        }

        var value = xml.ReadCipherHere(MaxKeyBytes);
        xml.ExpectEnd("EncryptedKey");
        if (wrapping == KeyWrapping.EcdhAes256 != (_agreement is not null))
            throw SealingFaults.Malformed("has an EncryptedKey whose AgreementMethod does not go with its EncryptionMethod: kw-aes256 has one, rsa-oaep has none");
        return new WrappedKey(wrapping, new KeyName(_owner, _keyName), value, _agreement);
    }

    /// <summary>Only pairs in which digest and MGF1 use one hash function; SHA-1 is the standard's default for both.</summary>
    private KeyWrapping ReadMethod()
    {
        var algorithm = xml.Algorithm();
        string? digest = null, mask = null;
        while (xml.NextChild("EncryptionMethod"))
        {
            if (xml.Start.Is(XmlEncNames.Sig, "DigestMethod") && digest is null) digest = xml.Algorithm();
            else if (xml.Start.Is(XmlEncNames.Enc11, "MGF") && mask is null) mask = xml.Algorithm();
            else throw SealingFaults.Unsupported("element in EncryptionMethod", xml.Start.Name, "one DigestMethod and one MGF");
            xml.ExpectEnd("EncryptionMethod");
        }

        return (algorithm, digest ?? XmlEncNames.Sha1, mask ?? XmlEncNames.Mgf1Sha1) switch
        {
            (XmlEncNames.RsaOaep, XmlEncNames.Sha256, XmlEncNames.Mgf1Sha256) => KeyWrapping.RsaOaepSha256,
            (XmlEncNames.RsaOaep, XmlEncNames.Sha1, XmlEncNames.Mgf1Sha1) => KeyWrapping.RsaOaepSha1,
            (XmlEncNames.RsaOaepMgf1p, XmlEncNames.Sha1, XmlEncNames.Mgf1Sha1) when mask is null => KeyWrapping.RsaOaepSha1,
            (XmlEncNames.KwAes256, _, _) when digest is null && mask is null => KeyWrapping.EcdhAes256,
            _ => throw SealingFaults.Unsupported(
                "key encryption", $"{algorithm}{(digest is null ? "" : $" with {digest}")}{(mask is null ? "" : $" and {mask}")}",
                "rsa-oaep with SHA-256 and MGF1-SHA256 (or SHA-1 and MGF1-SHA1), rsa-oaep-mgf1p with SHA-1, kw-aes256 with ECDH-ES"),
        };
    }

    private void ReadHint()
    {
        if (xml.Start.Is(XmlEncNames.Sig, "KeyName")) ReadName();
        else if (xml.Start.Is(XmlEncNames.Sig, "X509Data")) Skip();
        else if (xml.Start.Is(XmlEncNames.Enc, "AgreementMethod") && _agreement is null) ReadAgreement();
        else throw SealingFaults.Unsupported("element in KeyInfo of EncryptedKey", xml.Start.Name, "KeyName, X509Data, AgreementMethod");
    }

    private void ReadName()
    {
        if (_keyName is not null) throw SealingFaults.Malformed("names the key of one EncryptedKey twice");
        _keyName = xml.ReadText("KeyName", MaxName);
    }

    private void ReadAgreement()
    {
        if (xml.Algorithm() is var agreement and not XmlEncNames.EcdhEs) throw SealingFaults.Unsupported("key agreement", agreement, XmlEncNames.EcdhEs);
        xml.Expect(XmlEncNames.Enc11, "KeyDerivationMethod");
        if (xml.Algorithm() is var derivation and not XmlEncNames.ConcatKdf) throw SealingFaults.Unsupported("key derivation", derivation, XmlEncNames.ConcatKdf);
        var info = ReadDerivation();
        xml.Expect(XmlEncNames.Enc, "OriginatorKeyInfo");
        var (curve, point) = ReadPoint();
        _agreement = new AgreementPart(curve, point, info);
        while (xml.NextChild("AgreementMethod"))
        {
            if (!xml.Start.Is(XmlEncNames.Enc, "RecipientKeyInfo")) throw SealingFaults.Unsupported("element in AgreementMethod", xml.Start.Name, "RecipientKeyInfo");
            while (xml.NextChild("RecipientKeyInfo")) ReadHint();
        }
    }

    private byte[] ReadDerivation()
    {
        xml.Expect(XmlEncNames.Enc11, "ConcatKDFParams");
        xml.OnlyAttributes("ConcatKDFParams", "AlgorithmID", "PartyUInfo", "PartyVInfo");
        byte[] info = [.. Bits("AlgorithmID"), .. Bits("PartyUInfo"), .. Bits("PartyVInfo")];
        xml.Expect(XmlEncNames.Sig, "DigestMethod");
        if (xml.Algorithm() is var digest and not XmlEncNames.Sha256) throw SealingFaults.Unsupported("digest of ConcatKDF", digest, XmlEncNames.Sha256);
        xml.ExpectEnd("DigestMethod");
        xml.ExpectEnd("ConcatKDFParams");
        xml.ExpectEnd("KeyDerivationMethod");
        return info;
    }

    /// <summary>XML Encryption 1.1 §5.4.1: a first octet says how many bits are padding; whole octets only are taken.</summary>
    private byte[] Bits(string name)
    {
        var text = xml.Attribute(name) ?? "";
        if (text.Length == 0) return [];
        return text.Length <= 2 * MaxPartyBytes && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) && text.StartsWith("00", StringComparison.Ordinal)
            ? Convert.FromHexString(text.AsSpan(2))
            : throw SealingFaults.Unsupported(name, text, $"hexadecimal octets, the first 00, at most {MaxPartyBytes}");
    }

    private (SealingCurve Curve, ECPoint Point) ReadPoint()
    {
        xml.Expect(XmlEncNames.Sig, "KeyValue");
        xml.Expect(XmlEncNames.Sig11, "ECKeyValue");
        xml.Expect(XmlEncNames.Sig11, "NamedCurve");
        xml.OnlyAttributes("NamedCurve", "URI");
        var uri = xml.Required("NamedCurve", "URI");
        var curve = uri.StartsWith(XmlEncNames.OidPrefix, StringComparison.Ordinal) ? SealingCurve.WithOid(uri[XmlEncNames.OidPrefix.Length..]) : null;
        if (curve is null) throw SealingFaults.Unsupported("curve", uri, "P-256 and P-384, as urn:oid:");
        xml.ExpectEnd("NamedCurve");
        xml.Expect(XmlEncNames.Sig11, "PublicKey");
        var octets = xml.ReadBase64("PublicKey", MaxKeyBytes) ?? [];
        foreach (var element in (string[])["ECKeyValue", "KeyValue", "OriginatorKeyInfo"]) xml.ExpectEnd(element);
        if (octets.Length != 1 + (2 * curve.CoordinateBytes) || octets[0] != 4) throw SealingFaults.Unsupported("PublicKey", Convert.ToHexStringLower(octets.AsSpan(0, Math.Min(8, octets.Length))), "an uncompressed point");
        var point = new ECPoint { X = octets[1..(1 + curve.CoordinateBytes)], Y = octets[(1 + curve.CoordinateBytes)..] };
        if (!curve.TryImport(point, out var key)) throw SealingFaults.Malformed($"has an ephemeral key that is no point of {curve.Name}");
        key.Dispose();
        return (curve, point);
    }

    private void Skip()
    {
        var depth = xml.Depth;
        while (!(xml.Next() == XmlPart.End && xml.Depth < depth))
        {
        }
    }
}
