using System.Security.Cryptography;

namespace Hub.Contracts.Signatures;

/// <summary>One imported key and the operations of the strict profile on it. OpenSSL keys may be used from many threads.</summary>
internal sealed class SignaturePrimitive
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private SignaturePrimitive(RSA? rsa, ECDsa? ecdsa)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
    }

    /// <exception cref="CryptographicException">Not one whole key of the strict profile.</exception>
    internal static SignaturePrimitive Import(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        try
        {
            RSA? rsa = null;
            ECDsa? ecdsa = null;
            int read;
            if (PublicKeyKind(subjectPublicKeyInfo) == "1.2.840.113549.1.1.1") (rsa = RSA.Create()).ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out read);
            else (ecdsa = ECDsa.Create()).ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out read);
            if (read != subjectPublicKeyInfo.Length) throw new CryptographicException($"The public key ends after {read} of {subjectPublicKeyInfo.Length} bytes.");
            return new SignaturePrimitive(rsa is null ? null : Checked(rsa), ecdsa is null ? null : Checked(ecdsa));
        }
        catch (Exception foreign) when (foreign is PlatformNotSupportedException or System.Formats.Asn1.AsnContentException)
        {
            // An unknown curve, or no DER at all.
            throw new CryptographicException("Not a public key of the strict profile: RSA, P-256 or P-384 as DER SubjectPublicKeyInfo.", foreign);
        }
    }

    internal static RSA Checked(RSA rsa) => rsa.KeySize is >= 2048 and <= 8192
        ? rsa
        : throw new CryptographicException($"RSA keys have 2,048 to 8,192 bits; this one has {rsa.KeySize}.");

    internal static ECDsa Checked(ECDsa ecdsa)
    {
        var curve = ecdsa.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34"
            ? ecdsa
            : throw new CryptographicException($"Only the curves P-256 and P-384 are accepted; this key is on {curve.Oid?.FriendlyName ?? "another curve"}.");
    }

    internal bool Fits(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Es256 => _ecdsa?.KeySize == 256,
        SignatureAlgorithm.Es384 => _ecdsa?.KeySize == 384,
        _ => _rsa is not null,
    };

    internal bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!Fits(algorithm)) return false;
        var hash = HashOf(algorithm);
        return _ecdsa is not null
            ? signature.Length == _ecdsa.KeySize / 4 && _ecdsa.VerifyData(data, signature, hash)
            : signature.Length == (_rsa!.KeySize + 7) / 8 && _rsa.VerifyData(data, signature, hash, PaddingOf(algorithm));
    }

    internal static HashAlgorithmName HashOf(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Rs256 or SignatureAlgorithm.Ps256 or SignatureAlgorithm.Es256 => HashAlgorithmName.SHA256,
        SignatureAlgorithm.Rs384 or SignatureAlgorithm.Ps384 or SignatureAlgorithm.Es384 => HashAlgorithmName.SHA384,
        SignatureAlgorithm.Rs512 or SignatureAlgorithm.Ps512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    internal static RSASignaturePadding PaddingOf(SignatureAlgorithm algorithm) =>
        algorithm is SignatureAlgorithm.Ps256 or SignatureAlgorithm.Ps384 or SignatureAlgorithm.Ps512
            ? RSASignaturePadding.Pss
            : RSASignaturePadding.Pkcs1;

    internal static string PublicKeyKind(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var outer = new System.Formats.Asn1.AsnReader(subjectPublicKeyInfo.ToArray(), System.Formats.Asn1.AsnEncodingRules.DER);
        return outer.ReadSequence().ReadSequence().ReadObjectIdentifier();
    }
}
