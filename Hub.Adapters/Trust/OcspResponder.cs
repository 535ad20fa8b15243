using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Adapters.Trust;

/// <summary>Who may answer for an issuer (RFC 6960, 4.2.2.2): the issuer itself, or a responder whose certificate the issuer signed
/// for that purpose (<c>id-kp-OCSPSigning</c>). Whether the responder's own certificate is revoked is not asked: issuers give such
/// certificates a short life. Pure.</summary>
internal static class OcspResponder
{
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    /// <exception cref="RevocationFaultException">The answer is nobody's who may give it.</exception>
    internal static void Require(
        IssuerSignature.Signed signed, ReadOnlyMemory<byte> responder, IReadOnlyList<ReadOnlyMemory<byte>> certificates, X509Certificate2 issuer, DateTimeOffset now)
    {
        if (IsNamed(responder, issuer))
        {
            IssuerSignature.Require(signed, issuer, "The responder's answer");
            return;
        }

        foreach (var der in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            if (!IsNamed(responder, certificate)) continue;
            RequireAppointed(der, certificate, issuer, now);
            IssuerSignature.Require(signed, certificate, "The responder's answer");
            return;
        }

        throw new RevocationFaultException($"The answer is neither of '{issuer.Subject}' nor does the certificate of its responder come with it.");
    }

    private static void RequireAppointed(ReadOnlyMemory<byte> der, X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset now)
    {
        var name = $"The responder '{certificate.Subject}'";
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)) throw new RevocationFaultException($"{name} is not appointed by '{issuer.Subject}'.");
        IssuerSignature.Require(IssuerSignature.Read(new AsnReader(der, AsnEncodingRules.DER).ReadSequence()), issuer, $"The certificate of the responder '{certificate.Subject}'");
        var purposes = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(static e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>());
        if (!purposes.Any(static p => p.Value == OcspSigning)) throw new RevocationFaultException($"{name} may not answer for its issuer (extended key usage OCSPSigning).");
        if (CertificateUsage.Forbids(certificate, X509KeyUsageFlags.DigitalSignature)) throw new RevocationFaultException($"{name} may not sign (keyUsage digitalSignature).");
        if (now < new DateTimeOffset(certificate.NotBefore) || now > new DateTimeOffset(certificate.NotAfter)) throw new RevocationFaultException($"The certificate of the responder '{certificate.Subject}' is outside its validity.");
    }

    /// <summary>Whether a ResponderID means a certificate: by name [1], or by the digest of its key [2].</summary>
    private static bool IsNamed(ReadOnlyMemory<byte> responder, X509Certificate2 certificate)
    {
        var reader = new AsnReader(responder, AsnEncodingRules.DER);
        if (reader.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1)))
            return reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1)).ReadEncodedValue().Span.SequenceEqual(certificate.SubjectName.RawData);
        var key = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2)).ReadOctetString();
        return Convert.ToHexStringLower(key) == CertificateId.KeyDigest(certificate);
    }
}
