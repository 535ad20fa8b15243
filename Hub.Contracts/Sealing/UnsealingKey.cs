using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Sealing;

/// <summary>A recipient's private encryption key in this process's memory. May be used from many threads.</summary>
public sealed class UnsealingKey
{
    private readonly RSA? _rsa;
    private readonly ECDiffieHellman? _agreement;
    private readonly SealingCurve? _curve;

    private UnsealingKey(string? id, SystemAddress? owner, RSA? rsa, ECDiffieHellman? agreement)
    {
        Id = id;
        Owner = owner;
        _rsa = rsa;
        _agreement = agreement;
        _curve = SealingCurve.WithOid(agreement?.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value);
        if (rsa is not null) SignaturePrimitive.Checked(rsa);
        else if (_curve is null) throw new CryptographicException("Only RSA from 2,048 bits and the curves P-256 and P-384 are accepted.");
    }

    /// <summary>The id under which its public half is registered; null when not known.</summary>
    public string? Id { get; }

    /// <summary>Its owner; null when not known.</summary>
    public SystemAddress? Owner { get; }

    /// <summary>Reads an unencrypted PKCS#8 (or PKCS#1, SEC 1) PEM private key.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="id">The id under which its public half is registered; null tries every wrapped key that fits it.</param>
    /// <param name="owner">Its owner, which tells equal ids of several recipients apart.</param>
    /// <exception cref="CryptographicException">The text holds no such key: RSA of 2,048 to 8,192 bits, P-256 or P-384.</exception>
    public static UnsealingKey FromPem(string pem, string? id = null, SystemAddress? owner = null)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            throw new CryptographicException("The text holds no unencrypted PEM private key.");
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception notRsa) when (notRsa is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            return new UnsealingKey(id, owner, null, Agreement(pem));
        }

        return new UnsealingKey(id, owner, rsa, null);
    }

    internal static RSAEncryptionPadding PaddingOf(KeyWrapping wrapping) =>
        wrapping == KeyWrapping.RsaOaepSha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256;

    /// <summary>Whether a wrapped key may be for this one, by kind, curve and name.</summary>
    internal bool MayOpen(WrappedKey wrapped) =>
        (wrapped.Wrapping == KeyWrapping.EcdhAes256 ? wrapped.Agreement!.Curve == _curve : _rsa is not null)
        && (Id is null || wrapped.Name.Id is null || wrapped.Name.Id == Id)
        && (Owner is null || wrapped.Name.Owner is null || wrapped.Name.Owner == Owner.ToString());

    /// <summary>The content key; null when this is not the key it was wrapped for, or it was altered.</summary>
    internal byte[]? Unwrap(WrappedKey wrapped)
    {
        try
        {
            if (_rsa is not null) return _rsa.Decrypt(wrapped.Value, PaddingOf(wrapped.Wrapping));
            var (curve, ephemeral, otherInfo) = wrapped.Agreement!;
            if (!curve.TryImport(ephemeral, out var peer)) return null;
            using (peer)
            {
                var secret = _agreement!.DeriveRawSecretAgreement(peer.PublicKey);
                return AesKeyWrap.Unwrap(ConcatKdf.Derive(secret, otherInfo, ContentCipher.KeyBytes), wrapped.Value);
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ECDiffieHellman Agreement(string pem)
    {
        var agreement = ECDiffieHellman.Create();
        try
        {
            agreement.ImportFromPem(pem);
            return agreement;
        }
        catch (Exception foreign) when (foreign is ArgumentException or PlatformNotSupportedException)
        {
            throw new CryptographicException("The text holds no unencrypted PEM private key of RSA, P-256 or P-384.", foreign);
        }
    }
}
