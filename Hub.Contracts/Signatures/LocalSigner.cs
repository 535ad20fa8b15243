using System.Security.Cryptography;

namespace Hub.Contracts.Signatures;

/// <summary>A signer whose private key is in this process's memory.</summary>
public sealed class LocalSigner : ISigner
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private LocalSigner(string keyId, SignatureAlgorithm algorithm, RSA? rsa, ECDsa? ecdsa, ReadOnlyMemory<byte>? certificate)
    {
        KeyId = keyId;
        Algorithm = algorithm;
        Certificate = certificate;
        _rsa = rsa;
        _ecdsa = ecdsa;
    }

    /// <inheritdoc/>
    public string KeyId { get; }

    /// <inheritdoc/>
    public SignatureAlgorithm Algorithm { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Certificate { get; }

    /// <summary>DER SubjectPublicKeyInfo of the public half.</summary>
    public byte[] ExportSubjectPublicKeyInfo() => _rsa?.ExportSubjectPublicKeyInfo() ?? _ecdsa!.ExportSubjectPublicKeyInfo();

    /// <summary>Reads an unencrypted PKCS#8 (or PKCS#1, SEC 1) PEM private key.</summary>
    /// <param name="keyId">The id its public half is registered under.</param>
    /// <param name="pem">The PEM text.</param>
    /// <param name="algorithm">The algorithm; null for PS256 with RSA, ES256 or ES384 by curve.</param>
    /// <param name="certificate">The DER certificate to name it by, if any.</param>
    /// <exception cref="CryptographicException">No key of the strict profile, or it does not fit the algorithm.</exception>
    public static LocalSigner FromPem(string keyId, string pem, SignatureAlgorithm? algorithm = null, ReadOnlyMemory<byte>? certificate = null)
    {
        RSA? rsa = null;
        ECDsa? ecdsa = null;
        try
        {
            rsa = RSA.Create();
            rsa.ImportFromPem(pem);
        }
        catch (Exception notRsa) when (notRsa is CryptographicException or ArgumentException)
        {
            rsa!.Dispose();
            rsa = null;
            ecdsa = ECDsa.Create();
            try
            {
                ecdsa.ImportFromPem(pem);
            }
            catch (ArgumentException notPem)
            {
                throw new CryptographicException("The text holds no unencrypted PEM private key.", notPem);
            }
        }

        if (rsa is not null) SignaturePrimitive.Checked(rsa);
        else SignaturePrimitive.Checked(ecdsa!);
        var chosen = algorithm ?? (rsa is not null ? SignatureAlgorithm.Ps256
            : ecdsa!.KeySize == 256 ? SignatureAlgorithm.Es256 : SignatureAlgorithm.Es384);
        var fits = chosen switch
        {
            SignatureAlgorithm.Es256 => ecdsa?.KeySize == 256,
            SignatureAlgorithm.Es384 => ecdsa?.KeySize == 384,
            _ => rsa is not null,
        };
        return fits
            ? new LocalSigner(keyId, chosen, rsa, ecdsa, certificate)
            : throw new CryptographicException($"The key '{keyId}' cannot sign with {chosen}.");
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Sign(data.Span));

    /// <summary>Signs at once; see <see cref="SignAsync"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var hash = SignaturePrimitive.HashOf(Algorithm);
        return _rsa is not null
            ? _rsa.SignData(data, hash, SignaturePrimitive.PaddingOf(Algorithm))
            : _ecdsa!.SignData(data, hash);
    }
}
