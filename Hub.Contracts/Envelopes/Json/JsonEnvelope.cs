using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>The JSON encoding of the envelope: JWS compact (RFC 7515) over strict JSON.</summary>
public static class JsonEnvelope
{
    /// <summary>The <c>typ</c> of the protected header.</summary>
    public const string HeaderType = "hub+jws";

    /// <summary>Parses and verifies; see <see cref="EnvelopeCodec.Verify"/>.</summary>
    /// <remarks>The payload is read before its signature is verified, because only <c>from</c> says whose key it must be;
    /// nothing read is returned unless the signature holds over those very octets.</remarks>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static VerifiedEnvelope Verify(ReadOnlyMemory<byte> octets, IKeyRing keys, EnvelopeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(limits);
        var (jws, envelope) = Parse(octets, limits);
        var key = keys.Find(envelope.From, jws.Header.Key);
        jws.Verify(key);
        EnvelopeRules.Check(envelope, limits, xmlIsRead: true);
        return new VerifiedEnvelope(
            envelope, EnvelopeEncoding.Json, octets, SHA256.HashData(octets.Span), SHA256.HashData(jws.Payload), jws.Header.Algorithm, key);
    }

    /// <summary>Parses without verifying, for tools that show a file. Never use the result as a sender's word.</summary>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static Envelope ReadUnverified(ReadOnlyMemory<byte> octets, EnvelopeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var envelope = Parse(octets, limits).Envelope;
        EnvelopeRules.Check(envelope, limits, xmlIsRead: true);
        return envelope;
    }

    /// <summary>Writes and signs; see <see cref="EnvelopeCodec.SignAsync"/>.</summary>
    /// <exception cref="ProblemException">The envelope breaks a rule, or the signer's algorithm has no JOSE name.</exception>
    public static async ValueTask<byte[]> SignAsync(Envelope envelope, ISigner signer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(signer);
        EnvelopeRules.Check(envelope, EnvelopeLimits.Default);
        var octets = await JwsCompact.SignAsync(JsonEnvelopeWriter.Write(envelope), HeaderType, signer, cancellationToken);
        return octets.Length <= EnvelopeLimits.Default.MaxBytes ? octets : throw TooLarge(octets.Length, EnvelopeLimits.Default);
    }

    private static (JwsCompact Jws, Envelope Envelope) Parse(ReadOnlyMemory<byte> octets, EnvelopeLimits limits)
    {
        if (octets.Length > limits.MaxBytes) throw TooLarge(octets.Length, limits);
        var jws = JwsCompact.Parse(octets, HeaderType);
        return (jws, JsonEnvelopeReader.Read(jws.Payload, limits));
    }

    private static ProblemException TooLarge(int length, EnvelopeLimits limits) =>
        ProblemCode.TooLarge.With($"The envelope has {length} bytes; the limit is {limits.MaxBytes}. Send large content as an upload.");
}
