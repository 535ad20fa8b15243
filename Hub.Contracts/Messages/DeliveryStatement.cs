using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Messages;

/// <summary>Why this recipient gets this message, signed by the hub: the envelope itself may name a group or a closed agency.
/// Travels as JWS compact, <c>typ: hub-delivery+jws</c>, ES256 with the hub's statement key.</summary>
/// <param name="Hub">The hub's own address.</param>
/// <param name="Message">Message key.</param>
/// <param name="Sha256">SHA-256 of the exact bytes, lower-case hexadecimal.</param>
/// <param name="Sender">The sending system.</param>
/// <param name="Recipient">The system this delivery goes to.</param>
/// <param name="Why"><c>direct</c>, <c>agency:H29.12</c>, <c>group:name@version</c> or <c>successor-of:H29.12</c>.</param>
/// <param name="Role">Main or info.</param>
/// <param name="Assurance"><c>sender-signed</c> or <c>hub-attested(method)</c>.</param>
/// <param name="Accepted">When the hub accepted the message.</param>
/// <param name="Entry">Index of the acceptance in the log.</param>
public sealed record DeliveryStatement(
    SystemAddress Hub, MessageKey Message, string Sha256, SystemAddress Sender, SystemAddress Recipient, string Why,
    RecipientRole Role, string Assurance, DateTimeOffset Accepted, long Entry)
{
    /// <summary>Writes and signs it.</summary>
    public ValueTask<string> SignAsync(ISigner signer, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Verifies and reads one.</summary>
    /// <exception cref="ProblemException"><c>signature-invalid</c> or <c>malformed-envelope</c>.</exception>
    public static DeliveryStatement Verify(string jws, VerificationKey key) => throw new NotImplementedException();
}
