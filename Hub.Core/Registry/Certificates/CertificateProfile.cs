using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Core.Registry.Certificates;

/// <summary>What a certificate must be like, besides leading to an anchor. Pure.</summary>
internal static class CertificateProfile
{
    private const string KeyUsageOid = "2.5.29.15";

    /// <summary>RSA (PKCS#1 v1.5) and ECDSA over SHA-256, -384 and -512.</summary>
    private static readonly HashSet<string> Signatures = new(StringComparer.Ordinal)
    {
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
    };

    /// <summary>Why an authority's certificate is not fit; null when it is.</summary>
    internal static string? AuthorityFault(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            return "is no certificate of an authority (basicConstraints CA:TRUE).";
        if (Usage(certificate) is { } usage && (usage & X509KeyUsageFlags.KeyCertSign) == 0) return "may not sign certificates (keyUsage keyCertSign).";
        return KeyFault(certificate);
    }

    /// <summary>Why the certificate of a key is not fit for its use; null when it is.</summary>
    internal static string? Fault(X509Certificate2 certificate, KeyUse use)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static b => b.CertificateAuthority))
            return "is the certificate of an authority, not of a system.";
        var demanded = use == KeyUse.Signature
            ? X509KeyUsageFlags.DigitalSignature
            : X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement;
        if ((Usage(certificate) & demanded) is null or X509KeyUsageFlags.None)
            return use == KeyUse.Signature ? "is not for signatures (keyUsage digitalSignature)." : "is not for encryption (keyUsage keyEncipherment or keyAgreement).";
        return KeyFault(certificate) ?? SignatureFault(certificate);
    }

    /// <summary>Why a certificate's own signature is too weak; null when it is not.</summary>
    internal static string? SignatureFault(X509Certificate2 certificate) => Signatures.Contains(certificate.SignatureAlgorithm.Value ?? "")
        ? null
        : $"is signed with {certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value}; allowed are RSA (PKCS#1 v1.5) and ECDSA over SHA-256, SHA-384 and SHA-512.";

    internal static X509KeyUsageFlags? Usage(X509Certificate2 certificate) =>
        (certificate.Extensions[KeyUsageOid] as X509KeyUsageExtension)?.KeyUsages;

    private static string? KeyFault(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return rsa.KeySize is >= 2048 and <= 8192 ? null : $"has an RSA key of {rsa.KeySize} bits; 2,048 to 8,192 are allowed.";
        return Curve(certificate.PublicKey) is "1.2.840.10045.3.1.7" or "1.3.132.0.34" ? null : "has a key that is neither RSA nor on P-256 or P-384.";
    }

    private static string? Curve(PublicKey key)
    {
        try
        {
            return key.Oid.Value == "1.2.840.10045.2.1" ? new AsnReader(key.EncodedParameters!.RawData, AsnEncodingRules.DER).ReadObjectIdentifier() : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
