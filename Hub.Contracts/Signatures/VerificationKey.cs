using System.Security.Cryptography;

namespace Hub.Contracts.Signatures;

/// <summary>A registered public key, imported once and used from many threads.</summary>
public sealed class VerificationKey
{
    private SignaturePrimitive? _primitive;

    /// <summary>Imports a public key.</summary>
    /// <param name="id">Its id (<c>kid</c>) within its owner.</param>
    /// <param name="subjectPublicKeyInfo">DER SubjectPublicKeyInfo: RSA of 2,048 to 8,192 bits, P-256 or P-384.</param>
    /// <param name="certificateSha256">SHA-256 of the certificate it was registered with, if any: matches <c>x5t#S256</c>.</param>
    /// <exception cref="CryptographicException">Not a key of the strict profile.</exception>
    public VerificationKey(string id, ReadOnlyMemory<byte> subjectPublicKeyInfo, byte[]? certificateSha256 = null)
        : this(id, subjectPublicKeyInfo, certificateSha256, SignaturePrimitive.Import(subjectPublicKeyInfo.Span))
    {
    }

    private VerificationKey(string id, ReadOnlyMemory<byte> subjectPublicKeyInfo, byte[]? certificateSha256, SignaturePrimitive? primitive)
    {
        Id = id;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
        CertificateSha256 = certificateSha256;
        Thumbprint = Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo.Span));
        _primitive = primitive;
    }

    /// <summary>A key that was checked when it was registered: imported (which costs a tenth of a millisecond and native memory)
    /// when it is used first, so that ten thousand of them can be loaded at once. If it is no key of the strict profile after
    /// all, its use throws <see cref="CryptographicException"/>.</summary>
    /// <param name="id">Its id (<c>kid</c>) within its owner.</param>
    /// <param name="subjectPublicKeyInfo">DER SubjectPublicKeyInfo.</param>
    /// <param name="certificateSha256">SHA-256 of the certificate it was registered with, if any.</param>
    public static VerificationKey Deferred(string id, ReadOnlyMemory<byte> subjectPublicKeyInfo, byte[]? certificateSha256 = null) =>
        new(id, subjectPublicKeyInfo, certificateSha256, primitive: null);

    /// <summary>Its id within its owner.</summary>
    public string Id { get; }

    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>SHA-256 of the certificate it was registered with, or null.</summary>
    public byte[]? CertificateSha256 { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.</summary>
    public string Thumbprint { get; }

    // Two threads may both import it at first; either result is as good, and the other is collected.
    internal SignaturePrimitive Primitive => _primitive ??= SignaturePrimitive.Import(SubjectPublicKeyInfo.Span);

    /// <summary>Whether this key can be used with an algorithm (type and curve).</summary>
    public bool Fits(SignatureAlgorithm algorithm) => Primitive.Fits(algorithm);

    /// <summary>Verifies a signature over data. ECDSA signatures are r‖s (IEEE P1363). False when it does not verify or
    /// the key does not fit the algorithm.</summary>
    public bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Primitive.Verify(algorithm, data, signature);
}
