using System.Security.Cryptography;

namespace Hub.Contracts.Signatures;

/// <summary>The <c>Content-Digest</c> header (RFC 9530) with SHA-256.</summary>
public static class ContentDigest
{
    /// <summary>The header's value for a body: <c>sha-256=:base64:</c>.</summary>
    public static string Of(ReadOnlySpan<byte> body) => Of(SHA256.HashData(body));

    /// <summary>The header's value for a body whose SHA-256 is known.</summary>
    /// <param name="sha256">SHA-256 of the body, 64 hexadecimal digits.</param>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static string Of(string sha256) => Convert.FromHexString(sha256) is { Length: SHA256.HashSizeInBytes } digest
        ? Of(digest)
        : throw new FormatException($"'{sha256}' is not a SHA-256: 64 hexadecimal digits.");

    /// <summary>Whether a header names the SHA-256 of a body; other algorithms beside it are passed over.</summary>
    public static bool Matches(string? header, ReadOnlySpan<byte> body) => header is not null
        && SignatureInput.TryFindBytes(header, "sha-256", out var stated)
        && CryptographicOperations.FixedTimeEquals(stated, SHA256.HashData(body));

    private static string Of(byte[] sha256) => $"sha-256=:{Convert.ToBase64String(sha256)}:";
}
