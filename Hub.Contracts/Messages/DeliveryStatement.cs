using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
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
    /// <summary>The <c>typ</c> of the protected header.</summary>
    public const string HeaderType = "hub-delivery+jws";

    /// <summary>Greatest length read, in characters.</summary>
    public const int MaxLength = 8_192;

    /// <summary>Writes and signs it.</summary>
    /// <param name="signer">The hub's statement key, ES256.</param>
    /// <param name="cancellationToken">Stops waiting for the signer.</param>
    /// <exception cref="ArgumentException">The signer is not ES256.</exception>
    public async ValueTask<string> SignAsync(ISigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        if (signer.Algorithm != SignatureAlgorithm.Es256) throw new ArgumentException($"A statement is signed with ES256, not {signer.Algorithm}.", nameof(signer));
        var claims = HubPayload.WriteObject(this, static (json, statement) =>
        {
            json.WriteString("hub"u8, statement.Hub.ToString());
            json.WriteString("message"u8, statement.Message.Value);
            json.WriteString("sha256"u8, statement.Sha256);
            json.WriteString("sender"u8, statement.Sender.ToString());
            json.WriteString("recipient"u8, statement.Recipient.ToString());
            json.WriteString("why"u8, statement.Why);
            json.WriteString("role"u8, statement.Role == RecipientRole.Main ? "main" : "info");
            json.WriteString("assurance"u8, statement.Assurance);
            json.WriteString("accepted"u8, Rfc3339.Format(statement.Accepted));
            json.WriteNumber("entry"u8, statement.Entry);
        });
        return Encoding.ASCII.GetString(await JwsCompact.SignAsync(claims, HeaderType, signer, cancellationToken));
    }

    /// <summary>Verifies and reads one.</summary>
    /// <param name="jws">The text.</param>
    /// <param name="key">The hub's statement key, got from its operator once, on a trusted way.</param>
    /// <exception cref="ProblemException"><c>signature-missing</c>, <c>signature-invalid</c>, <c>unsupported-profile</c> or
    /// <c>malformed-envelope</c>.</exception>
    public static DeliveryStatement Verify(string jws, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(jws);
        ArgumentNullException.ThrowIfNull(key);
        if (jws.Length > MaxLength) throw ProblemCode.MalformedEnvelope.With($"The delivery statement has {jws.Length} characters; the limit is {MaxLength}.");
        var parsed = JwsCompact.Parse(Encoding.UTF8.GetBytes(jws), HeaderType);
        if (parsed.Header.Algorithm != SignatureAlgorithm.Es256)
            throw ProblemCode.UnsupportedProfile.With($"The delivery statement is signed with {JoseAlgorithms.NameOf(parsed.Header.Algorithm)}; statements are ES256.");
        if (parsed.Header.Key.KeyId != key.Id)
            throw ProblemCode.SignatureInvalid.With($"The delivery statement names the key {TextRules.Quote(parsed.Header.Key.KeyId)}; the key given is '{key.Id}'.");
        parsed.Verify(key);
        return ReadClaims(parsed.Payload);
    }

    private static DeliveryStatement ReadClaims(ReadOnlyMemory<byte> json)
    {
        var cursor = new JsonCursor(json, ProblemCode.MalformedEnvelope, "delivery statement", maxDepth: 4, maxNodes: 100);
        SystemAddress? hub = null, sender = null, recipient = null;
        MessageKey? message = null;
        string? sha256 = null, why = null, assurance = null;
        RecipientRole? role = null;
        DateTimeOffset? accepted = null;
        long? entry = null;
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "hub": hub = HubPayload.System(ref cursor, name); break;
                case "message": message = HubPayload.Key(ref cursor, name); break;
                case "sha256": sha256 = HubPayload.Sha256(ref cursor, name); break;
                case "sender": sender = HubPayload.System(ref cursor, name); break;
                case "recipient": recipient = HubPayload.System(ref cursor, name); break;
                case "why": why = HubPayload.Reason(ref cursor, name); break;
                case "role":
                    role = cursor.Text(name) switch
                    {
                        "main" => RecipientRole.Main,
                        "info" => RecipientRole.Info,
                        var other => throw cursor.Fault($"has the role {TextRules.Quote(other)}; write main or info"),
                    };
                    break;
                case "assurance": assurance = HubPayload.Reason(ref cursor, name); break;
                case "accepted": accepted = cursor.Time(name); break;
                case "entry": entry = cursor.Integer(name) is >= 0 and var index ? index : throw cursor.Fault("has a negative 'entry'"); break;
                default: throw cursor.Unknown(name, "the delivery statement");
            }
        }

        cursor.End();
        return new DeliveryStatement(
            hub ?? throw cursor.Missing("hub"), message ?? throw cursor.Missing("message"), sha256 ?? throw cursor.Missing("sha256"),
            sender ?? throw cursor.Missing("sender"), recipient ?? throw cursor.Missing("recipient"), why ?? throw cursor.Missing("why"),
            role ?? throw cursor.Missing("role"), assurance ?? throw cursor.Missing("assurance"), accepted ?? throw cursor.Missing("accepted"),
            entry ?? throw cursor.Missing("entry"));
    }
}
