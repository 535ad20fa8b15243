using Hub.Contracts.Problems;
using Hub.Contracts.Sealing.Jose;

namespace Hub.Contracts.Sealing;

/// <summary>JSON Web Encryption (RFC 7516) within a strict profile: <c>alg</c> RSA-OAEP-256 or ECDH-ES+A256KW (P-256, P-384;
/// no <c>apu</c>, <c>apv</c>), <c>enc</c> A256GCM. Compact for one recipient, general JSON for several. Everything else is
/// refused by name: dir, RSA1_5, PBES2, CBC, zip, crit, jku, flattened JSON.</summary>
/// <remarks>See <see cref="SealBinding"/> for what is and is not protected.</remarks>
public static class Jwe
{
    /// <summary>Media type of the compact serialisation.</summary>
    public const string CompactMediaType = "application/jose";

    /// <summary>Media type of the general JSON serialisation.</summary>
    public const string GeneralMediaType = "application/jose+json";

    /// <summary>Seals content.</summary>
    /// <param name="content">The plain bytes, at most 128 MiB.</param>
    /// <param name="mediaType">Their media type, written as <c>cty</c>: readable by everybody.</param>
    /// <param name="recipients">1 to 5,000 keys. For one the result is compact and <c>kid</c> is its id; for several it is
    /// general JSON and <c>kid</c> is <c>agency/system#id</c> where the owner is known.</param>
    /// <param name="binding">Who seals for whom: <c>iss</c> and <c>aud</c>.</param>
    /// <returns>The JWE, ASCII.</returns>
    /// <exception cref="ProblemException"><c>too-large</c>.</exception>
    public static byte[] Seal(ReadOnlyMemory<byte> content, string mediaType, IReadOnlyList<SealingKey> recipients, SealBinding? binding = null)
    {
        SealingFaults.CheckSize(content.Length, SealingLimits.Default);
        SealingFaults.CheckKeys(recipients, SealingLimits.Default);
        var header = new JweHeader { Encryption = JweHeader.A256Gcm, ContentType = mediaType, Binding = binding };
        return recipients is [var one] ? JweWriter.Compact(content.Span, header, one) : JweWriter.General(content.Span, header, recipients);
    }

    /// <summary>Media type of what <see cref="Seal"/> makes for so many recipients.</summary>
    public static string MediaTypeFor(int recipients) => recipients == 1 ? CompactMediaType : GeneralMediaType;

    /// <summary>Opens a JWE of either serialisation.</summary>
    /// <param name="sealedContent">The JWE.</param>
    /// <param name="keys">The recipient's keys, e.g. the present and the last one.</param>
    /// <param name="limits">What is taken at most; null for <see cref="SealingLimits.Default"/>.</param>
    /// <exception cref="ProblemException"><c>malformed-envelope</c> or <c>unsupported-profile</c> (its form and headers),
    /// <c>too-large</c>, or <c>unsealing-failed</c>, which does not tell which step failed.</exception>
    public static OpenedContent Open(ReadOnlyMemory<byte> sealedContent, IReadOnlyList<UnsealingKey> keys, SealingLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        limits ??= SealingLimits.Default;
        var parts = JweReader.Read(sealedContent, limits);
        var plain = ContentCipher.Open(parts.Keys, keys, parts.Nonce, parts.Ciphertext, parts.Tag, parts.Associated.Span, limits);
        return new OpenedContent(plain, parts.Header.ContentType, parts.Header.Binding);
    }
}
