using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes;

/// <summary>One of the two encodings of an envelope.</summary>
public enum EnvelopeEncoding
{
    /// <summary><c>application/vnd.hub.envelope+xml</c> with an enveloped XML Signature.</summary>
    Xml,

    /// <summary><c>application/jose</c>: JWS compact, RFC 7515.</summary>
    Json,
}

/// <summary>An envelope whose signature was verified, built from the very bytes that were verified.</summary>
/// <param name="Envelope">The model.</param>
/// <param name="Encoding">The encoding it came in.</param>
/// <param name="Octets">The exact bytes received.</param>
/// <param name="Sha256">SHA-256 of <paramref name="Octets"/>, 32 bytes.</param>
/// <param name="ContentDigest">SHA-256 of the signed content, 32 bytes: of the JWS payload octets, or of the inclusive
/// Canonical XML 1.0 of the document without its signature. Equal for the same content signed afresh.</param>
/// <param name="Algorithm">The signature algorithm.</param>
/// <param name="Key">The registered key that verified it.</param>
public sealed record VerifiedEnvelope(
    Envelope Envelope,
    EnvelopeEncoding Encoding,
    ReadOnlyMemory<byte> Octets,
    byte[] Sha256,
    byte[] ContentDigest,
    SignatureAlgorithm Algorithm,
    VerificationKey Key);
