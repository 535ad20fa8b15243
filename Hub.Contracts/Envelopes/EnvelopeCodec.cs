using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes;

/// <summary>Reads, verifies and signs envelopes in both encodings. Thread-safe.</summary>
public static class EnvelopeCodec
{
    /// <summary>Media type of the XML encoding.</summary>
    public const string XmlMediaType = "application/vnd.hub.envelope+xml";

    /// <summary>Media type of the JSON encoding.</summary>
    public const string JsonMediaType = "application/jose";

    /// <summary>The media type of an encoding.</summary>
    public static string MediaTypeOf(EnvelopeEncoding encoding) =>
        encoding == EnvelopeEncoding.Xml ? XmlMediaType : JsonMediaType;

    /// <summary>Parses and verifies signed octets against registered keys.</summary>
    /// <param name="octets">The exact bytes received.</param>
    /// <param name="encoding">Their encoding.</param>
    /// <param name="keys">The keys registered for senders.</param>
    /// <param name="limits">What is accepted at most; null for <see cref="EnvelopeLimits.Default"/>.</param>
    /// <exception cref="ProblemException">The one problem with these bytes, e.g. <c>malformed-envelope</c>,
    /// <c>unsupported-profile</c>, <c>signature-invalid</c>, <c>key-unknown</c>, <c>too-large</c>.</exception>
    public static VerifiedEnvelope Verify(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, IKeyRing keys, EnvelopeLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        limits ??= EnvelopeLimits.Default;
        if (octets.Length > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"The envelope has {octets.Length} bytes; the limit is {limits.MaxBytes}. Send large content as an upload.");
        return encoding == EnvelopeEncoding.Xml
            ? Xml.XmlEnvelope.Verify(octets, keys, limits)
            : Json.JsonEnvelope.Verify(octets, keys, limits);
    }

    /// <summary>Writes an envelope and signs it.</summary>
    /// <exception cref="ProblemException">The envelope breaks a rule of <see cref="EnvelopeRules"/>.</exception>
    public static ValueTask<byte[]> SignAsync(
        Envelope envelope, EnvelopeEncoding encoding, ISigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(signer);
        EnvelopeRules.Check(envelope, EnvelopeLimits.Default);
        return encoding == EnvelopeEncoding.Xml
            ? Xml.XmlEnvelope.SignAsync(envelope, signer, cancellationToken)
            : Json.JsonEnvelope.SignAsync(envelope, signer, cancellationToken);
    }
}
