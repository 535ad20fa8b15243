using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Keys;

/// <summary>Private keys in files that only their owner may read.</summary>
internal static class KeyFile
{
    private const int DataKeyBytes = 32;

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
            var pem = File.ReadAllText(path);
            var thumbprint = Convert.ToHexStringLower(SHA256.HashData(LocalSigner.FromPem("", pem).ExportSubjectPublicKeyInfo()));
            return LocalSigner.FromPem(thumbprint[..16], pem, SignatureAlgorithm.Es256);
        }
        catch (CryptographicException unusable)
        {
            throw new InvalidDataException($"'{path}' holds no usable P-256 private key in PKCS#8 PEM. Restore it from a backup.", unusable);
        }
    }

    /// <summary>Reads the 32 bytes that wrap the keys of bodies at rest, making them first when there are none.</summary>
    internal static byte[] OpenOrCreateDataKey(string path)
    {
        if (!File.Exists(path))
            DurableFile.Write(path, RandomNumberGenerator.GetBytes(DataKeyBytes), DurableFile.OwnerOnlyFile, overwrite: false);
        RefuseReadableByOthers(path);
        var key = File.ReadAllBytes(path);
        return key.Length == DataKeyBytes
            ? key
            : throw new InvalidDataException($"'{path}' has {key.Length} bytes, not {DataKeyBytes}. Restore it from a backup: without it no stored body can be read.");
    }

    private static void RefuseReadableByOthers(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != 0)
            throw new UnauthorizedAccessException($"The key file '{path}' can be read or written by other users. Run: chmod 600 '{path}', and consider the key known to them.");
    }
}
