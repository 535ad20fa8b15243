using System.Security.Cryptography;

namespace Hub.Contracts.Signatures;

/// <summary>The <c>Content-Digest</c> header (RFC 9530) with SHA-256.</summary>
public static class ContentDigest
{
    /// <summary>The header's value for a body: <c>sha-256=:base64:</c>.</summary>
    public static string Of(ReadOnlySpan<byte> body) => Of(SHA256.HashData(body));

    /// <summary>Whether a header names the SHA-256 of a body; other algorithms beside it are passed over.</summary>
    public static bool Matches(string? header, ReadOnlySpan<byte> body) => header is not null
        && SignatureInput.TryFindBytes(header, "sha-256", out var stated)
        && CryptographicOperations.FixedTimeEquals(stated, SHA256.HashData(body));

    private static string Of(byte[] sha256) => $"sha-256=:{Convert.ToBase64String(sha256)}:";
}
