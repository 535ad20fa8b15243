using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Adapters.Trust;

/// <summary>How OCSP names a certificate (RFC 6960, 4.1.1): by digests of its issuer's name and key, and its serial number.</summary>
/// <remarks>The digests are SHA-1, as RFC 5019 has it and every responder understands; many know no other. They find the issuer
/// whose certificate the hub holds already, and prove nothing: an answer counts by its signature.</remarks>
internal sealed record CertificateId(string NameHash, string KeyHash, string Serial)
{
    private const string Sha1 = "1.3.14.3.2.26";

    internal static CertificateId Of(X509Certificate2 certificate, X509Certificate2 issuer) => new(
        Digest(issuer.SubjectName.RawData), KeyDigest(issuer), Convert.ToHexStringLower(certificate.SerialNumberBytes.Span));

    /// <summary>Digest of a public key as OCSP names responders and issuers by it.</summary>
    internal static string KeyDigest(X509Certificate2 certificate) => Digest(certificate.PublicKey.EncodedKeyValue.RawData);

    internal void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Sha1);
                writer.WriteNull();
            }

            writer.WriteOctetString(Convert.FromHexString(NameHash));
            writer.WriteOctetString(Convert.FromHexString(KeyHash));
            writer.WriteInteger(Convert.FromHexString(Serial));
        }
    }

    /// <summary>Reads one; null when it is made with another digest.</summary>
    internal static CertificateId? Read(AsnReader reader)
    {
        var id = reader.ReadSequence();
        var algorithm = IssuerSignature.ReadAlgorithm(id);
        var read = new CertificateId(
            Convert.ToHexStringLower(id.ReadOctetString()), Convert.ToHexStringLower(id.ReadOctetString()), Convert.ToHexStringLower(id.ReadIntegerBytes().Span));
        id.ThrowIfNotEmpty();
        return algorithm == Sha1 ? read : null;
    }

    private static string Digest(ReadOnlySpan<byte> data) =>
#pragma warning disable CA5350 // A name for the issuer, as the protocol has it; see the remarks.
        Convert.ToHexStringLower(SHA1.HashData(data));
#pragma warning restore CA5350
}
