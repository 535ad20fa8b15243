using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Keys;

/// <summary>Private keys in files that only their owner may read.</summary>
internal static class KeyFile
{
    private const int SecretBytes = 32;

    /// <summary>Reads a P-256 key (PKCS#8 PEM), making it first when there is none. Its id is the first 16 hexadecimal digits
    /// of the SHA-256 of its SubjectPublicKeyInfo.</summary>
    internal static LocalSigner OpenOrCreateSigner(string path)
    {
        if (!File.Exists(path))
        {
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            DurableFile.Write(path, Encoding.ASCII.GetBytes(created.ExportPkcs8PrivateKeyPem() + "\n"), DurableFile.OwnerOnlyFile, overwrite: false);
        }

        return OpenSigner(path);
    }

    /// <summary>Reads a P-256 key (PKCS#8 PEM).</summary>
    internal static LocalSigner OpenSigner(string path)
    {
        RefuseReadableByOthers(path);
        try
        {
            return SignerOf(File.ReadAllText(path));
        }
        catch (CryptographicException unusable)
        {
            throw new InvalidDataException($"'{path}' holds no usable P-256 private key in PKCS#8 PEM. Restore it from a backup.", unusable);
        }
    }

    /// <summary>A P-256 key (PKCS#8 PEM) with its id.</summary>
    internal static LocalSigner SignerOf(string pem)
    {
        var thumbprint = Convert.ToHexStringLower(SHA256.HashData(LocalSigner.FromPem("", pem).ExportSubjectPublicKeyInfo()));
        return LocalSigner.FromPem(thumbprint[..16], pem, SignatureAlgorithm.Es256);
    }

    /// <summary>Reads 32 secret bytes, making them first when there are none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="need">What is lost without it.</param>
    internal static byte[] OpenOrCreateSecret(string path, string need)
    {
        if (!File.Exists(path))
            DurableFile.Write(path, RandomNumberGenerator.GetBytes(SecretBytes), DurableFile.OwnerOnlyFile, overwrite: false);
        RefuseReadableByOthers(path);
        var key = File.ReadAllBytes(path);
        return key.Length == SecretBytes
            ? key
            : throw new InvalidDataException($"'{path}' has {key.Length} bytes, not {SecretBytes}. Restore it from a backup: without it {need}.");
    }

    private static void RefuseReadableByOthers(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != 0)
            throw new UnauthorizedAccessException($"The key file '{path}' can be read or written by other users. Run: chmod 600 '{path}', and consider the key known to them.");
    }
}
