using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Adapters.Trust;

/// <summary>Verifies the signature of an authority over DER: RSA (PKCS#1 v1.5) and ECDSA over SHA-256, SHA-384 and SHA-512.
/// Everything else is refused by name. Pure.</summary>
internal static class IssuerSignature
{
    /// <summary>Reads a signed structure, <c>SEQUENCE { tbs, algorithm, signature }</c>, from its parts.</summary>
    /// <param name="Tbs">What is signed, encoded.</param>
    /// <param name="Algorithm">Object identifier of the algorithm.</param>
    /// <param name="Value">The signature.</param>
    internal sealed record Signed(ReadOnlyMemory<byte> Tbs, string Algorithm, byte[] Value);

    /// <exception cref="AsnContentException">Not such a structure.</exception>
    internal static Signed Read(AsnReader reader)
    {
        var tbs = reader.ReadEncodedValue();
        var algorithm = ReadAlgorithm(reader);
        var value = reader.ReadBitString(out var unused);
        return unused == 0 ? new Signed(tbs, algorithm, value) : throw new AsnContentException("A signature ends within an octet.");
    }

    internal static string ReadAlgorithm(AsnReader reader)
    {
        var identifier = reader.ReadSequence();
        var oid = identifier.ReadObjectIdentifier();
        if (identifier.HasData) identifier.ReadEncodedValue();
        identifier.ThrowIfNotEmpty();
        return oid;
    }

    /// <exception cref="RevocationFaultException">It does not verify, or the algorithm is not allowed.</exception>
    internal static void Require(Signed signed, X509Certificate2 signer, string what)
    {
        if (!Verify(signed, signer, what)) throw new RevocationFaultException($"{what} is not signed by '{signer.Subject}'.");
    }

    private static bool Verify(Signed signed, X509Certificate2 signer, string what)
    {
        var (isRsa, hash) = signed.Algorithm switch
        {
            "1.2.840.113549.1.1.11" => (true, HashAlgorithmName.SHA256),
            "1.2.840.113549.1.1.12" => (true, HashAlgorithmName.SHA384),
            "1.2.840.113549.1.1.13" => (true, HashAlgorithmName.SHA512),
            "1.2.840.10045.4.3.2" => (false, HashAlgorithmName.SHA256),
            "1.2.840.10045.4.3.3" => (false, HashAlgorithmName.SHA384),
            "1.2.840.10045.4.3.4" => (false, HashAlgorithmName.SHA512),
            var other => throw new RevocationFaultException($"{what} is signed with {other}; allowed are RSA (PKCS#1 v1.5) and ECDSA over SHA-256, SHA-384 and SHA-512."),
        };
        if (isRsa)
        {
            using var rsa = signer.GetRSAPublicKey();
            return rsa is { KeySize: >= 2048 and <= 8192 } && rsa.VerifyData(signed.Tbs.Span, signed.Value, hash, RSASignaturePadding.Pkcs1);
        }

        using var ec = signer.GetECDsaPublicKey();
        return ec is { KeySize: >= 256 } && ec.VerifyData(signed.Tbs.Span, signed.Value, hash, DSASignatureFormat.Rfc3279DerSequence);
    }
}
