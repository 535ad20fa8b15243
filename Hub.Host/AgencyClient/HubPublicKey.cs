using System.Security.Cryptography;
using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>Reads a public key of the hub itself, as its operator hands it out (<c>public/statement.pem</c>). Its id is the
/// first 16 hexadecimal digits of the SHA-256 of the key.</summary>
internal static class HubPublicKey
{
    /// <exception cref="FormatException">The file holds no PEM public key.</exception>
    public static VerificationKey Read(string file)
    {
        var text = File.ReadAllText(file);
        try
        {
            if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != "PUBLIC KEY")
                throw new FormatException($"{file} holds no PEM PUBLIC KEY.");
            var key = Convert.FromBase64String(text[fields.Base64Data]);
            return new VerificationKey(Convert.ToHexStringLower(SHA256.HashData(key))[..16], key);
        }
        catch (CryptographicException unusable)
        {
            throw new FormatException($"{file}: {unusable.Message}", unusable);
        }
    }
}
