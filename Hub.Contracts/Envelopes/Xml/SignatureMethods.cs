using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>The algorithm names of the signature profile; there are no others.</summary>
internal static class SignatureMethods
{
    internal const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    internal const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    internal const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    private const string More = "http://www.w3.org/2001/04/xmldsig-more#";
    private const string More2007 = "http://www.w3.org/2007/05/xmldsig-more#";

    internal static string NameOf(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Rs256 => More + "rsa-sha256",
        SignatureAlgorithm.Rs384 => More + "rsa-sha384",
        SignatureAlgorithm.Rs512 => More + "rsa-sha512",
        SignatureAlgorithm.Ps256 => More2007 + "sha256-rsa-MGF1",
        SignatureAlgorithm.Ps384 => More2007 + "sha384-rsa-MGF1",
        SignatureAlgorithm.Ps512 => More2007 + "sha512-rsa-MGF1",
        SignatureAlgorithm.Es256 => More + "ecdsa-sha256",
        SignatureAlgorithm.Es384 => More + "ecdsa-sha384",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    internal static SignatureAlgorithm Signature(string name) => name switch
    {
        More + "rsa-sha256" => SignatureAlgorithm.Rs256,
        More + "rsa-sha384" => SignatureAlgorithm.Rs384,
        More + "rsa-sha512" => SignatureAlgorithm.Rs512,
        More2007 + "sha256-rsa-MGF1" => SignatureAlgorithm.Ps256,
        More2007 + "sha384-rsa-MGF1" => SignatureAlgorithm.Ps384,
        More2007 + "sha512-rsa-MGF1" => SignatureAlgorithm.Ps512,
        More + "ecdsa-sha256" => SignatureAlgorithm.Es256,
        More + "ecdsa-sha384" => SignatureAlgorithm.Es384,
        _ => throw Unsupported("SignatureMethod", name, "RSA (PKCS#1 v1.5 or PSS) with SHA-256/384/512, ECDSA with SHA-256 on P-256 or SHA-384 on P-384"),
    };

    internal static HashAlgorithmName Digest(string name) => name switch
    {
        Sha256 => HashAlgorithmName.SHA256,
        More + "sha384" => HashAlgorithmName.SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => HashAlgorithmName.SHA512,
        _ => throw Unsupported("DigestMethod", name, "SHA-256, SHA-384, SHA-512"),
    };

    internal static CanonicalForm Canonicalisation(string where, string name) => name switch
    {
        Inclusive => CanonicalForm.Inclusive,
        XmlNames.ExclusiveC14N => CanonicalForm.Exclusive,
        _ => throw Unsupported(where, name, "inclusive Canonical XML 1.0 or exclusive XML canonicalization, both without comments"),
    };

    internal static ProblemException Unsupported(string where, string name, string allowed) =>
        ProblemCode.UnsupportedProfile.With($"The signature's {where} is {TextRules.Quote(name)}; allowed: {allowed}.");
}
