using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Sealing;

/// <summary>A recipient's public encryption key: RSA of 2,048 to 8,192 bits, P-256 or P-384. May be used from many threads.</summary>
/// <remarks>Whose key it is must come from the registry (<c>GET /api/v1/resolve</c>), not from the recipient's mail.</remarks>
public sealed class SealingKey
{
    private readonly RSA? _rsa;
    private readonly ECDiffieHellmanPublicKey? _agreement;
    private readonly SealingCurve? _curve;

    /// <summary>Imports a public key.</summary>
    /// <param name="id">The id under which the recipient has registered it, 1 to 100 characters.</param>
    /// <param name="subjectPublicKeyInfo">DER SubjectPublicKeyInfo.</param>
    /// <param name="owner">The recipient's system, if known: it is named in content sealed for several.</param>
    /// <exception cref="ArgumentException">The id is empty or too long.</exception>
    /// <exception cref="CryptographicException">Not a key that content can be sealed with.</exception>
    public SealingKey(string id, ReadOnlyMemory<byte> subjectPublicKeyInfo, SystemAddress? owner = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        if (id.Length > 100) throw new ArgumentException("A key's id has at most 100 characters.", nameof(id));
        Id = id;
        Owner = owner;
        // Judges kind, size and curve as for keys that sign.
        _ = SignaturePrimitive.Import(subjectPublicKeyInfo.Span);
        if (SignaturePrimitive.PublicKeyKind(subjectPublicKeyInfo.Span) == "1.2.840.113549.1.1.1")
        {
            _rsa = RSA.Create();
            _rsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo.Span, out _);
            return;
        }

        using var agreement = ECDiffieHellman.Create();
        agreement.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo.Span, out _);
        _agreement = agreement.PublicKey;
        _curve = SealingCurve.WithOid(agreement.ExportParameters(includePrivateParameters: false).Curve.Oid.Value);
    }

    /// <summary>The id under which the recipient has registered it.</summary>
    public string Id { get; }

    /// <summary>The recipient's system, if known.</summary>
    public SystemAddress? Owner { get; }

    internal bool IsRsa => _rsa is not null;

    internal KeyName Name => new(Owner?.ToString(), Id);

    /// <summary>Reads a PEM <c>PUBLIC KEY</c> or <c>CERTIFICATE</c>. The certificate's dates and issuer are not judged.</summary>
    /// <param name="id">The id under which the recipient has registered it.</param>
    /// <param name="pem">The text.</param>
    /// <param name="owner">The recipient's system, if known.</param>
    /// <exception cref="CryptographicException">The text holds no such key.</exception>
    public static SealingKey FromPem(string id, string pem, SystemAddress? owner = null)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (!PemEncoding.TryFind(pem, out var fields)) throw new CryptographicException("The text holds no PEM key.");
        switch (pem[fields.Label])
        {
            case "PUBLIC KEY":
                return new SealingKey(id, Convert.FromBase64String(pem[fields.Base64Data]), owner);
            case "CERTIFICATE":
                using (var certificate = X509Certificate2.CreateFromPem(pem))
                    return new SealingKey(id, certificate.PublicKey.ExportSubjectPublicKeyInfo(), owner);
            case var label:
                throw new CryptographicException(
                    $"The text holds a PEM {label}; content is sealed with the recipient's PUBLIC KEY or CERTIFICATE.");
        }
    }

    /// <summary>Wraps a content key for this recipient.</summary>
    internal WrappedKey Wrap(ReadOnlySpan<byte> contentKey, KeyWrapping rsaWrapping, ReadOnlySpan<byte> otherInfo)
    {
        if (_rsa is not null)
            return new WrappedKey(rsaWrapping, Name, _rsa.Encrypt(contentKey, UnsealingKey.PaddingOf(rsaWrapping)), null);
        using var ephemeral = ECDiffieHellman.Create(_curve!.Parameters);
        var secret = ephemeral.DeriveRawSecretAgreement(_agreement!);
        var wrapped = AesKeyWrap.Wrap(ConcatKdf.Derive(secret, otherInfo, ContentCipher.KeyBytes), contentKey);
        CryptographicOperations.ZeroMemory(secret);
        var point = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        return new WrappedKey(KeyWrapping.EcdhAes256, Name, wrapped, new AgreementPart(_curve, point, otherInfo.ToArray()));
    }
}
