using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Keys;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Backup;

/// <summary>The keys that go with a backup.</summary>
public static class BackupKeys
{
    /// <summary>Whom a backup is sealed for. Its id is the start of the SHA-256 of the key.</summary>
    /// <param name="pem">PEM <c>PUBLIC KEY</c> or <c>CERTIFICATE</c>.</param>
    /// <exception cref="CryptographicException">No key that content can be sealed with.</exception>
    public static SealingKey Recipient(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields)) throw new CryptographicException("The text holds no PEM key.");
        return SealingKey.FromPem(Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(pem[fields.Base64Data])))[..16], pem);
    }

    /// <summary>Reads the private key that opens a backup.</summary>
    /// <exception cref="FormatException">The file holds no such key.</exception>
    public static UnsealingKey Opener(string path)
    {
        try
        {
            return UnsealingKey.FromPem(File.ReadAllText(path));
        }
        catch (CryptographicException unusable)
        {
            throw new FormatException($"'{path}' holds no private key that opens backups: {unusable.Message}", unusable);
        }
    }

    /// <summary>The public half of the statement key in a copy of a hub's <c>keys/</c>: it signed the hub's backups.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">Other users can read it.</exception>
    public static VerificationKey Statement(string keys)
    {
        var path = Path.Combine(keys, "statement.pem");
        return File.Exists(path)
            ? Verifier(KeyFile.OpenSigner(path))
            : throw new FileNotFoundException($"'{keys}' has no statement.pem, which signed the backup: name the copy of the hub's folder keys/.");
    }

    /// <summary>The public half of a statement key that stands in a backup.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static VerificationKey StatementOf(byte[] pem)
    {
        try
        {
            return Verifier(KeyFile.SignerOf(Encoding.ASCII.GetString(pem)));
        }
        catch (CryptographicException none)
        {
            throw new InvalidDataException($"The backup's keys/statement.pem holds no usable key: {none.Message}", none);
        }
    }

    private static VerificationKey Verifier(LocalSigner signer) => new(signer.KeyId, signer.ExportSubjectPublicKeyInfo());

    /// <summary>Reads the data key in a copy of a hub's <c>keys/</c>.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">Other users can read it.</exception>
    public static byte[] DataKey(string keys)
    {
        var path = Path.Combine(keys, "data.key");
        return File.Exists(path)
            ? KeyFile.OpenOrCreateSecret(path, "no stored body can be read")
            : throw new FileNotFoundException($"'{keys}' has no data.key: name the copy of the hub's folder keys/.");
    }
}
