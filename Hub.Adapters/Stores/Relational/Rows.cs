using System.Data.Common;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Rows as records; the columns are those of the constants, in their order.</summary>
internal static class Rows
{
    internal const string MessageColumns = "m.num, m.key, m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until";

    /// <summary>How many columns <see cref="MessageColumns"/> are.</summary>
    internal const int MessageWidth = 23;

    internal const string DeliveryColumns = "d.id, d.message, d.rev, d.rank, d.key, d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed";

    /// <summary>How many columns <see cref="DeliveryColumns"/> are.</summary>
    internal const int DeliveryWidth = 30;

    internal const string EntryColumns = "e.idx, e.header, e.salt, e.body";

    internal static MessageRecord Message(DbDataReader row) => new()
    {
        Key = Key(row, 1),
        Id = row.GetString(2),
        From = Names.System(row.GetString(3)),
        Type = Names.Type(row.GetString(4)),
        Encoding = (EnvelopeEncoding)row.GetInt16(5),
        Size = row.GetInt64(6),
        Sha256 = Digests.Write(row.GetFieldValue<byte[]>(7)),
        ContentDigest = Digests.Write(row.GetFieldValue<byte[]>(8)),
        Assurance = row.GetString(9),
        Created = Time(row, 10),
        Accepted = Time(row, 11),
        NotBefore = NullableTime(row, 12),
        Expires = NullableTime(row, 13),
        Priority = row.GetInt16(14),
        Conversation = Text(row, 15),
        Sequence = row.IsDBNull(16) ? null : row.GetInt64(16),
        InReplyTo = row.IsDBNull(17) ? null : Key(row, 17),
        Subject = Text(row, 18),
        Uploads = row.IsDBNull(19) ? [] : Digests.WriteMany(row.GetFieldValue<byte[]>(19)),
        Entry = row.GetInt64(20),
        Erased = NullableTime(row, 21),
        WaitedUntil = NullableTime(row, 22),
    };

    internal static DeliveryRecord Delivery(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Message = Key(row, 4),
        Recipient = Names.System(row.GetString(5)),
        Role = (RecipientRole)row.GetInt16(6),
        Why = row.GetString(7),
        Since = NullableTime(row, 8),
        State = (DeliveryState)row.GetInt16(9),
        Due = Time(row, 10),
        Attempts = row.GetInt32(11),
        Interruptions = row.GetInt32(12),
        Replays = row.GetInt32(13),
        Claim = Text(row, 14),
        ClaimedUntil = NullableTime(row, 15),
        Node = row.IsDBNull(16) ? null : row.GetInt32(16),
        Lane = Text(row, 17),
        LanePlace = row.GetInt64(18),
        HoldsLane = row.GetBoolean(19),
        LastProblem = Text(row, 20),
        LastDetail = Text(row, 21),
        DeliveredAt = NullableTime(row, 22),
        Status = Text(row, 23),
        Reason = Text(row, 24),
        Outcome = Text(row, 25),
        AssertedBy = Text(row, 26),
        Answers = row.GetInt32(27),
        Answer = row.IsDBNull(28) ? null : Key(row, 28),
        Changed = Time(row, 29),
    };

    /// <summary>With what the writer must know beside the record; columns as <see cref="Delivery"/>.</summary>
    internal static StoredDelivery Stored(DbDataReader row) => new(Delivery(row), row.GetInt64(1), row.GetInt32(2), row.GetInt16(3));

    internal static EntryRecord Entry(DbDataReader row) => new(row.GetInt64(0), row.GetFieldValue<byte[]>(1), Bytes(row, 2), Bytes(row, 3));

    internal static ProposalRecord Proposal(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), Time(row, 3), row.GetString(4));

    internal static MessageKey Key(DbDataReader row, int column) => Digests.WriteKey(row.GetFieldValue<byte[]>(column));

    internal static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    internal static DateTimeOffset Time(DbDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    internal static DateTimeOffset? NullableTime(DbDataReader row, int column) => row.IsDBNull(column) ? null : Time(row, column);

    internal static ReadOnlyMemory<byte>? Bytes(DbDataReader row, int column) => row.IsDBNull(column) ? null : (ReadOnlyMemory<byte>?)row.GetFieldValue<byte[]>(column);
}

/// <summary>A delivery as the database holds it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Number">Its message's number.</param>
/// <param name="Rev">How often it was written; a change states the one it rests on.</param>
/// <param name="Rank">Its place among priorities, the most urgent 0.</param>
internal sealed record StoredDelivery(DeliveryRecord Record, long Number, int Rev, int Rank);
