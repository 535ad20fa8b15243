using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing.Xml;

namespace Hub.Contracts.Sealing;

/// <summary>How the content key is encrypted for RSA keys in XML Encryption.</summary>
public enum XmlKeyTransport
{
    /// <summary><c>xmlenc11#rsa-oaep</c> with SHA-256 and MGF1-SHA256: the default.</summary>
    RsaOaepSha256,

    /// <summary><c>xmlenc#rsa-oaep-mgf1p</c> with SHA-1, for partners that know XML Encryption 1.0 only, such as xmlsec1 before
    /// 1.3. OAEP does not rest on SHA-1 resisting collisions.</summary>
    RsaOaepMgf1p,
}

/// <summary>XML Encryption 1.1 of one element within a strict profile: content <c>aes256-gcm</c>; RSA keys by
/// <c>rsa-oaep</c> (SHA-256, MGF1-SHA256; read also SHA-1, and <c>rsa-oaep-mgf1p</c>), EC keys by <c>ECDH-ES</c>,
/// <c>ConcatKDF</c> with SHA-256 and <c>kw-aes256</c>; one <c>EncryptedKey</c> per recipient. Everything else is refused by
/// name: CBC, RSA 1.5, CipherReference, RetrievalMethod, a DTD.</summary>
/// <remarks>RSA-OAEP with SHA-256 and MGF1-SHA1 together (a default of Java) is not read. Nothing but the element is
/// authenticated, see <see cref="SealBinding"/>.</remarks>
public static class XmlEncryption
{
    /// <summary>Media type of payloads sealed so.</summary>
    public const string MediaType = "application/xenc+xml";

    /// <summary>Seals one element.</summary>
    /// <param name="element">One XML element in UTF-8 without comments and processing instructions; at most 20 MiB. What is
    /// sealed is its canonical form, standing alone.</param>
    /// <param name="mediaType">Its media type, written as <c>MimeType</c>.</param>
    /// <param name="recipients">1 to 5,000 keys.</param>
    /// <param name="transport">How RSA keys are used.</param>
    /// <returns>An <c>EncryptedData</c> in canonical form.</returns>
    /// <exception cref="ProblemException">The element is not one, or too large.</exception>
    public static ReadOnlyMemory<byte> Seal(
        ReadOnlyMemory<byte> element, string mediaType, IReadOnlyList<SealingKey> recipients, XmlKeyTransport transport = XmlKeyTransport.RsaOaepSha256)
    {
        SealingFaults.CheckKeys(recipients, SealingLimits.Default);
        var canonical = CanonicalXml.Canonicalise(element);
        var wrapping = transport == XmlKeyTransport.RsaOaepMgf1p ? KeyWrapping.RsaOaepSha1 : KeyWrapping.RsaOaepSha256;
        return XmlEncWriter.Write(canonical.Span, mediaType, recipients, wrapping, SealingLimits.Default);
    }

    /// <summary>Opens an <c>EncryptedData</c>; what it holds is read as strictly as if it had come plain.</summary>
    /// <param name="encryptedData">The element.</param>
    /// <param name="keys">The recipient's keys, e.g. the present and the last one.</param>
    /// <param name="limits">What is taken at most; null for <see cref="SealingLimits.Default"/>.</param>
    /// <exception cref="ProblemException"><c>malformed-envelope</c> or <c>unsupported-profile</c> (its form, or that of the
    /// element opened), <c>too-large</c>, or <c>unsealing-failed</c>, which does not tell which step failed.</exception>
    public static OpenedContent Open(ReadOnlyMemory<byte> encryptedData, IReadOnlyList<UnsealingKey> keys, SealingLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        limits ??= SealingLimits.Default;
        var parts = XmlEncReader.Read(encryptedData, limits);
        var cipher = parts.Cipher.AsSpan();
        var plain = ContentCipher.Open(
            parts.Keys, keys, cipher[..ContentCipher.NonceBytes], cipher[ContentCipher.NonceBytes..^ContentCipher.TagBytes],
            cipher[^ContentCipher.TagBytes..], [], limits);
        var element = CanonicalXml.Canonicalise(plain, limits: EnvelopeLimits.Default);
        return new OpenedContent(element, parts.MediaType, null);
    }
}
