using System.Globalization;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Messages;

/// <summary>A push whose hub signature, digest and delivery statement were verified. The sender's own signature in
/// <paramref name="Octets"/> is still to be verified by the recipient.</summary>
/// <param name="Message">Key of the message.</param>
/// <param name="Delivery">Number of the delivery within the hub; the same at every attempt.</param>
/// <param name="Attempt">1 or more.</param>
/// <param name="Replay">Whether an operator replayed it: the recipient may have it already.</param>
/// <param name="Encoding">Encoding of the octets.</param>
/// <param name="Octets">The exact bytes that the sender signed.</param>
/// <param name="Statement">Why this system gets it.</param>
public sealed record PushedMessage(
    MessageKey Message, long Delivery, int Attempt, bool Replay, EnvelopeEncoding Encoding, ReadOnlyMemory<byte> Octets, DeliveryStatement Statement);

/// <summary>Verifies pushes on the receiving side. Thread-safe.</summary>
/// <param name="hubKey">The hub's statement key, got from the hub's operator once, on a trusted way.</param>
/// <param name="self">The receiving system: statements for others are refused.</param>
/// <param name="clock">The receiver's clock; signatures older or newer than five minutes are refused.</param>
public sealed class PushVerifier(VerificationKey hubKey, SystemAddress self, TimeProvider clock)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Verifies everything that the hub says with a push.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="body">Its body.</param>
    /// <exception cref="ProblemException"><c>signature-missing</c>, <c>signature-invalid</c>, <c>key-unknown</c>,
    /// <c>clock-window</c>, <c>digest-mismatch</c>, <c>unsupported-media-type</c> or <c>invalid-request</c>.</exception>
    public PushedMessage Verify(SignableRequest request, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(request);
        HttpMessageSignature.Verify(request, HttpMessageSignature.PushComponents, hubKey, clock.GetUtcNow(), Tolerance);
        if (!ContentDigest.Matches(request.Header("content-digest"), body.Span))
            throw ProblemCode.DigestMismatch.With("The body does not have the SHA-256 in Content-Digest.");
        var encoding = request.Header("content-type") switch
        {
            EnvelopeCodec.XmlMediaType => EnvelopeEncoding.Xml,
            EnvelopeCodec.JsonMediaType => EnvelopeEncoding.Json,
            var other => throw ProblemCode.UnsupportedMediaType.With($"'{other}' is not the media type of an envelope."),
        };
        if (!MessageKey.TryParse(request.Header("hub-message"), out var message))
            throw ProblemCode.InvalidRequest.With("Hub-Message is not a message key.");
        var statement = DeliveryStatement.Verify(request.Header("hub-delivery-statement")!, hubKey);
        if (statement.Recipient != self)
            throw ProblemCode.SignatureInvalid.With($"The delivery statement is for {statement.Recipient}, not for {self}.");
        if (statement.Message != message || statement.Sha256 != Convert.ToHexStringLower(SHA256.HashData(body.Span)))
            throw ProblemCode.DigestMismatch.With("The delivery statement is about another message.");
        return new PushedMessage(
            message, Number(request, "hub-delivery"), (int)Math.Min(Number(request, "hub-attempt"), int.MaxValue),
            request.Header("hub-replay") == "1", encoding, body, statement);
    }

    private static long Number(SignableRequest request, string header) =>
        long.TryParse(request.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ProblemCode.InvalidRequest.With($"{header} is not a number.");
}
