using System.Security.Cryptography;

namespace Hub.Core.Registry.Documents;

/// <summary>The one PEM block of a text (RFC 7468).</summary>
internal readonly record struct PemBlock(string Label, byte[] Der)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CryptographicException">There is none, more than one, a private key, or one with another label.</exception>
    internal static PemBlock Read(string pem, params ReadOnlySpan<string> labels)
    {
        if (!PemEncoding.TryFind(pem, out var fields)) throw new CryptographicException("There is no PEM block in it.");
        var label = pem[fields.Label];
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
            throw new CryptographicException("It is a PRIVATE key. Take it out, treat it as compromised, and register the public half of a new one.");
        if (PemEncoding.TryFind(pem.AsSpan(fields.Location.End.GetOffset(pem.Length)), out _))
            throw new CryptographicException("There is more than one PEM block in it.");
        return labels.Contains(label)
            ? new PemBlock(label, Convert.FromBase64String(pem[fields.Base64Data]))
            : throw new CryptographicException($"'{label}' is not {string.Join(" or ", labels!)}.");
    }
}
