using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Host.Api;

/// <summary>A message as its sender, its recipients and operators see it; without content.</summary>
/// <param name="Key">Message key.</param>
/// <param name="Id">The sender's id.</param>
/// <param name="From">Sending system.</param>
/// <param name="Type">Service and version.</param>
/// <param name="MediaType">Media type of the exact bytes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 of the exact bytes.</param>
/// <param name="ContentDigest">SHA-256 of the signed content.</param>
/// <param name="Assurance"><c>sender-signed</c> or <c>hub-attested(method)</c>.</param>
/// <param name="Created">When the sender says it was made.</param>
/// <param name="Accepted">When the hub accepted it.</param>
/// <param name="NotBefore">Not to be delivered before.</param>
/// <param name="Expires">Deliveries not taken by then expire.</param>
/// <param name="Priority">0 to 4.</param>
/// <param name="Conversation">Conversation.</param>
/// <param name="Sequence">Place in the conversation.</param>
/// <param name="InReplyTo">Key of the message answered.</param>
/// <param name="Subject">Subject; hidden from operators and auditors, who see metadata only.</param>
/// <param name="Entry">Index of the acceptance in the log.</param>
/// <param name="Erased">When the content was erased by law.</param>
/// <param name="Uploads">SHA-256 of attachments that were uploaded before.</param>
/// <param name="Deliveries">The deliveries that the caller may see: all for the sender, its own for a recipient.</param>
internal sealed record MessageView(
    string Key, string Id, string From, string Type, string MediaType, long Size, string Sha256, string ContentDigest, string Assurance,
    DateTimeOffset Created, DateTimeOffset Accepted, DateTimeOffset? NotBefore, DateTimeOffset? Expires, int Priority,
    string? Conversation, long? Sequence, string? InReplyTo, string? Subject, long Entry, DateTimeOffset? Erased,
    IReadOnlyList<string> Uploads, IReadOnlyList<DeliveryView>? Deliveries)
{
    internal static MessageView Of(MessageRecord message, bool withSubject, IReadOnlyList<DeliveryRecord>? deliveries) => new(
        message.Key.Value, message.Id, message.From.ToString(), message.Type.Value, EnvelopeCodec.MediaTypeOf(message.Encoding),
        message.Size, message.Sha256, message.ContentDigest, message.Assurance, message.Created, message.Accepted,
        message.NotBefore, message.Expires, message.Priority, message.Conversation, message.Sequence,
        message.InReplyTo?.Value, withSubject ? message.Subject : null, message.Entry, message.Erased, message.Uploads,
        deliveries is null ? null : [.. deliveries.Select(DeliveryView.Of)]);
}

/// <summary>One message to one system.</summary>
/// <param name="Id">Number of the delivery.</param>
/// <param name="Message">Message key.</param>
/// <param name="Recipient">The receiving system.</param>
/// <param name="Role">Main or info.</param>
/// <param name="Why">Why this recipient.</param>
/// <param name="State">queued, claimed, delivered, acknowledged, dead, expired or cancelled.</param>
/// <param name="Due">Earliest instant of the next attempt.</param>
/// <param name="Attempts">Attempts or claims so far.</param>
/// <param name="Replays">Times an operator replayed it.</param>
/// <param name="ClaimedUntil">End of the running claim.</param>
/// <param name="LastProblem">Code of the last failure.</param>
/// <param name="LastDetail">What the last failure was.</param>
/// <param name="DeliveredAt">When the recipient's system got the bytes.</param>
/// <param name="Outcome">accepted or refused, once acknowledged.</param>
/// <param name="Status">Business status, edXML 01 to 16.</param>
/// <param name="Reason">The recipient's reason.</param>
/// <param name="AssertedBy">recipient (signed) or hub.</param>
/// <param name="Changed">When the last change happened.</param>
internal sealed record DeliveryView(
    long Id, string Message, string Recipient, RecipientRole Role, string Why, DeliveryState State, DateTimeOffset Due, int Attempts, int Replays,
    DateTimeOffset? ClaimedUntil, string? LastProblem, string? LastDetail, DateTimeOffset? DeliveredAt,
    string? Outcome, string? Status, string? Reason, string? AssertedBy, DateTimeOffset Changed)
{
    internal static DeliveryView Of(DeliveryRecord delivery) => new(
        delivery.Id, delivery.Message.Value, delivery.Recipient.ToString(), delivery.Role, delivery.Why, delivery.State, delivery.Due,
        delivery.Attempts, delivery.Replays, delivery.ClaimedUntil, delivery.LastProblem, delivery.LastDetail, delivery.DeliveredAt,
        delivery.Outcome, delivery.Status, delivery.Reason, delivery.AssertedBy, delivery.Changed);
}

/// <summary>An entry of the log.</summary>
/// <param name="Index">Zero-based place in the log.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Time">The hub's clock.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Key">The message it is about.</param>
/// <param name="Header">Exact leaf data (canonical JSON text).</param>
/// <param name="Commitment"><c>holds</c>, <c>broken</c>, or <c>erased</c>: whether salt and body are what the header commits to.</param>
/// <param name="Salt">Salt, hexadecimal; missing when erased or not to be seen.</param>
/// <param name="Body">Exact canonical body; missing when erased or not to be seen.</param>
internal sealed record EntryView(
    long Index, string Kind, DateTimeOffset Time, string Actor, string? Key, string Header, string Commitment, string? Salt, JsonNode? Body)
{
    internal static EntryView Of(EntryRecord entry, bool withBody)
    {
        var header = entry.ParseHeader();
        return new EntryView(
            entry.Index, header.Kind, header.Time, header.Actor, header.Key, System.Text.Encoding.UTF8.GetString(entry.Header.Span), CommitmentOf(entry, header),
            withBody && entry.Salt is { } salt ? Convert.ToHexStringLower(salt.Span) : null,
            withBody && entry.Body is { } body ? JsonNode.Parse(body.Span) : null);
    }

    private static string CommitmentOf(EntryRecord entry, EntryHeader header)
    {
        if (entry.Salt is not { } salt || entry.Body is not { } body) return "erased";
        byte[] committed = [.. salt.Span, .. body.Span];
        return SHA256.HashData(committed).AsSpan().SequenceEqual(header.Commitment.Span) ? "holds" : "broken";
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Cursor of the next page; missing at the end.</param>
internal sealed record ListView<T>(IReadOnlyList<T> Items, string? Next);
