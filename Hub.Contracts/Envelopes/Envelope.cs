using Hub.Contracts.Addresses;

namespace Hub.Contracts.Envelopes;

/// <summary>The signed unit of exchange, version 1: one model, two encodings (XML, JSON).</summary>
/// <remarks>Times carry whole milliseconds at most. Lists keep the sender's order.
/// <see cref="EnvelopeRules"/> states what a valid envelope is beyond its types.</remarks>
public sealed record Envelope
{
    /// <summary>The sender's id, <c>[A-Za-z0-9][A-Za-z0-9._:-]{0,63}</c>, case-sensitive, unique within the sender. UUIDv7 recommended.</summary>
    public required string Id { get; init; }

    /// <summary>Service and version.</summary>
    public required MessageType Type { get; init; }

    /// <summary>The sending system.</summary>
    public required SystemAddress From { get; init; }

    /// <summary>1 to 1,000 recipients as the sender wrote them.</summary>
    public required IReadOnlyList<Recipient> To { get; init; }

    /// <summary>When the sender made the envelope. Recorded, checked against the acceptance window, never trusted.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Not to be delivered before this instant.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Deliveries not taken by this instant expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>0 (default) to 4; 3 and 4 need a right.</summary>
    public int Priority { get; init; }

    /// <summary>Conversation id, of the same shape as <see cref="Id"/>.</summary>
    public string? Conversation { get; init; }

    /// <summary>Position within the conversation, 0 or more; only together with <see cref="Conversation"/>.</summary>
    public long? Sequence { get; init; }

    /// <summary>The message that this one answers.</summary>
    public InReplyTo? InReplyTo { get; init; }

    /// <summary>Short searchable text, at most 500 characters, no control characters.</summary>
    public string? Subject { get; init; }

    /// <summary>The content.</summary>
    public Payload? Payload { get; init; }

    /// <summary>0 to 100 attachments.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>0 to 50 extensions.</summary>
    public IReadOnlyList<Extension> Extensions { get; init; } = [];

    /// <summary>The name this message has in URLs, in federation and towards recipients.</summary>
    public MessageKey Key => MessageKey.Of(From, Id);
}

/// <summary>How a recipient is meant to read a document.</summary>
public enum RecipientRole
{
    /// <summary>To act on it (<c>main</c>).</summary>
    Main,

    /// <summary>To know of it (<c>info</c>).</summary>
    Info,
}

/// <summary>One recipient as the sender wrote it.</summary>
/// <param name="Address">Agency, system or group.</param>
/// <param name="Role">Main (default) or info.</param>
public sealed record Recipient(RecipientAddress Address, RecipientRole Role = RecipientRole.Main);

/// <summary>A reference to the message answered.</summary>
/// <param name="Key">Its message key.</param>
/// <param name="Sha256">The SHA-256 of its exact bytes, 64 lower-case hexadecimal digits.</param>
public sealed record InReplyTo(MessageKey Key, string Sha256);

/// <summary>A way for 1.x to grow: a named value.</summary>
/// <param name="Name">Dotted lower-case name, at most 100 characters, e.g. <c>vn.ndop.trace</c>.</param>
/// <param name="Value">At most 4,000 characters.</param>
/// <param name="MustUnderstand">When true a hub or recipient that does not know the name must refuse the envelope.</param>
public sealed record Extension(string Name, string Value, bool MustUnderstand = false);
