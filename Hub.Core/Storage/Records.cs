using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;

namespace Hub.Core.Storage;

/// <summary>An accepted message as the store keeps it, without its octets.</summary>
public sealed record MessageRecord
{
    /// <summary>Message key.</summary>
    public required MessageKey Key { get; init; }

    /// <summary>The sender's id.</summary>
    public required string Id { get; init; }

    /// <summary>Sending system.</summary>
    public required SystemAddress From { get; init; }

    /// <summary>Service and version.</summary>
    public required MessageType Type { get; init; }

    /// <summary>Encoding of the octets.</summary>
    public required EnvelopeEncoding Encoding { get; init; }

    /// <summary>Length of the octets in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the octets, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the signed content, lower-case hexadecimal; equal when the same content is signed afresh.</summary>
    public required string ContentDigest { get; init; }

    /// <summary><c>sender-signed</c> or <c>hub-attested(method)</c>.</summary>
    public required string Assurance { get; init; }

    /// <summary>When the sender says it made the envelope.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the hub accepted it.</summary>
    public required DateTimeOffset Accepted { get; init; }

    /// <summary>Not to be delivered before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Deliveries not taken by then expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>0 to 4.</summary>
    public int Priority { get; init; }

    /// <summary>Conversation, if any.</summary>
    public string? Conversation { get; init; }

    /// <summary>Place in the conversation, if the sender gave one.</summary>
    public long? Sequence { get; init; }

    /// <summary>Key of the message answered, if any.</summary>
    public MessageKey? InReplyTo { get; init; }

    /// <summary>Subject, erased together with the body.</summary>
    public string? Subject { get; init; }

    /// <summary>Digests of attachments that were uploaded before, lower-case hexadecimal.</summary>
    public IReadOnlyList<string> Uploads { get; init; } = [];

    /// <summary>Index of the acceptance entry in the log. The receipt's checkpoint is the first that covers it.</summary>
    public long Entry { get; init; }

    /// <summary>Until when its sender waits for the reply, on whichever node; null when nobody does, or the reply has come.</summary>
    public DateTimeOffset? WaitedUntil { get; init; }

    /// <summary>When the body was erased by law, if it was.</summary>
    public DateTimeOffset? Erased { get; init; }
}

/// <summary>States of a delivery.</summary>
public enum DeliveryState
{
    /// <summary>Waiting for its time or for its recipient.</summary>
    Queued,

    /// <summary>In the hands of a channel or of a mailbox claim until <see cref="DeliveryRecord.ClaimedUntil"/>.</summary>
    Claimed,

    /// <summary>The recipient's system has the bytes.</summary>
    Delivered,

    /// <summary>The recipient answered.</summary>
    Acknowledged,

    /// <summary>Given up; an operator may replay it.</summary>
    Dead,

    /// <summary>Not taken in time.</summary>
    Expired,

    /// <summary>Ended without a failure: its message was erased or taken back, or it went on to a successor of its closed agency.</summary>
    Cancelled,
}

/// <summary>One message to one system.</summary>
public sealed record DeliveryRecord
{
    /// <summary>Number of the delivery within this hub, growing.</summary>
    public long Id { get; init; }

    /// <summary>The message.</summary>
    public required MessageKey Message { get; init; }

    /// <summary>The recipient's system.</summary>
    public required SystemAddress Recipient { get; init; }

    /// <summary>Main or info.</summary>
    public RecipientRole Role { get; init; }

    /// <summary>Why this recipient: <c>direct</c>, <c>agency:code</c>, <c>group:name@version</c>, <c>successor-of:code</c>.</summary>
    public required string Why { get; init; }

    /// <summary>When it could first be made, when that is after its message was accepted (held back by its sender, a redirect), or when it was
    /// replayed last; its age counts from then.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>State.</summary>
    public DeliveryState State { get; init; }

    /// <summary>Earliest instant of the next attempt or claim.</summary>
    public DateTimeOffset Due { get; init; }

    /// <summary>Attempts (pushes) or claims (mailbox) made so far; survives restarts.</summary>
    public int Attempts { get; init; }

    /// <summary>Claims that a stop of the hub cut short; the first ten of them do not count as attempts.</summary>
    public int Interruptions { get; init; }

    /// <summary>Times an operator replayed it.</summary>
    public int Replays { get; init; }

    /// <summary>Token of the running claim, if claimed.</summary>
    public string? Claim { get; init; }

    /// <summary>When the running claim ends by itself.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>The node whose dispatcher holds it; null for a mailbox's claim. Kept only while claimed.</summary>
    public int? Node { get; init; }

    /// <summary>The ordered conversation it belongs to, when its service asks for order: sender and conversation, joined by a space. Of
    /// one recipient's deliveries in one lane only the first unfinished one may be claimed. Null: unordered.</summary>
    public string? Lane { get; init; }

    /// <summary>Its place in the lane: the message's sequence, or 0; equal ones in the order of their ids.</summary>
    public long LanePlace { get; init; }

    /// <summary>Whether those behind it in the lane wait even when it is dead (<c>onDead: hold</c>), until an operator replays or cancels it.</summary>
    public bool HoldsLane { get; init; }

    /// <summary>Whether those behind it in its lane wait for it: it is under way, or dead and holds them.</summary>
    public bool BlocksLane => Lane is not null && (State is DeliveryState.Queued or DeliveryState.Claimed || (State == DeliveryState.Dead && HoldsLane));

    /// <summary>Problem code of the last failure.</summary>
    public string? LastProblem { get; init; }

    /// <summary>What the last failure was, in words.</summary>
    public string? LastDetail { get; init; }

    /// <summary>When the recipient's system got the bytes.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>The recipient's business status (edXML 01…16) as far as known.</summary>
    public string? Status { get; init; }

    /// <summary>The recipient's reason as far as known.</summary>
    public string? Reason { get; init; }

    /// <summary><c>accepted</c> or <c>refused</c> once acknowledged.</summary>
    public string? Outcome { get; init; }

    /// <summary>Who says so: <c>recipient</c> (signed) or <c>hub</c> (asserted by hub).</summary>
    public string? AssertedBy { get; init; }

    /// <summary>Answers recorded so far, signed or not; see <see cref="Delivery.AcknowledgementPolicy.MaxAnswers"/>.</summary>
    public int Answers { get; init; }

    /// <summary>Key of the signed <c>hub.ack.v1</c> in force, if one came as a message.</summary>
    public MessageKey? Answer { get; init; }

    /// <summary>When the last change happened.</summary>
    public DateTimeOffset Changed { get; init; }
}

/// <summary>An entry of the log with what it commits to.</summary>
/// <param name="Index">Zero-based place in the log.</param>
/// <param name="Header">Exact leaf data (canonical JSON).</param>
/// <param name="Salt">Salt; null once erased.</param>
/// <param name="Body">Canonical body; null once erased.</param>
public sealed record EntryRecord(long Index, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte>? Salt, ReadOnlyMemory<byte>? Body)
{
    /// <summary>The header, parsed.</summary>
    public EntryHeader ParseHeader() => EntryHeader.Parse(Header.Span);
}

/// <summary>What a list of messages is filtered by; null members do not filter. Newest first.</summary>
public sealed record MessageQuery
{
    /// <summary>Only messages that this system sent or receives; null for operators.</summary>
    public SystemAddress? VisibleTo { get; init; }

    /// <summary>The instant at which <see cref="VisibleTo"/> looks: a message held back until later (<see cref="MessageRecord.NotBefore"/>)
    /// is not listed for a recipient. Null, for operators: nothing is held back.</summary>
    public DateTimeOffset? VisibleAt { get; init; }

    /// <summary>Sending system.</summary>
    public SystemAddress? From { get; init; }

    /// <summary>Receiving system.</summary>
    public SystemAddress? Recipient { get; init; }

    /// <summary>Message type.</summary>
    public MessageType? Type { get; init; }

    /// <summary>At least one delivery is in this state; for a recipient that looks (<see cref="VisibleTo"/>), its own delivery.</summary>
    public DeliveryState? State { get; init; }

    /// <summary>Accepted at or after.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Accepted before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Conversation.</summary>
    public string? Conversation { get; init; }

    /// <summary>Opaque cursor of the page before; null for the first page.</summary>
    public string? Cursor { get; init; }

    /// <summary>Rows a page, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A message with its content.</summary>
/// <param name="Message">The message.</param>
/// <param name="Octets">Its exact octets; null when they were erased, are beyond what was asked for, or cannot be
/// read: <see cref="IHubStore.ReadOctetsAsync"/> says why.</param>
public sealed record StoredMessage(MessageRecord Message, ReadOnlyMemory<byte>? Octets);

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows; fewer than asked for, even none, does not mean the end.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Counts for metrics and the status page.</summary>
/// <param name="Messages">Messages accepted.</param>
/// <param name="Deliveries">Deliveries by state.</param>
/// <param name="OldestQueued">Due time of the oldest queued delivery.</param>
public sealed record StoreStatistics(long Messages, IReadOnlyDictionary<DeliveryState, long> Deliveries, DateTimeOffset? OldestQueued);
