using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Rows as records; the columns are those of <see cref="SqliteSql.MessageColumns"/>,
/// <see cref="SqliteSql.DeliveryColumns"/> and the entry statements, in their order.</summary>
internal static class Rows
{
    internal static MessageRecord Message(Statement row, SqliteSession session) => new()
    {
        Key = Digests.WriteKey(row.Blob(1)),
        Id = row.Text(2),
        From = session.Name(row.Int(3)).System,
        Type = session.Name(row.Int(4)).Type,
        Encoding = (EnvelopeEncoding)row.Int(5),
        Size = row.Int(6),
        Sha256 = Digests.Write(row.Blob(7)),
        ContentDigest = Digests.Write(row.Blob(8)),
        Assurance = session.Name(row.Int(9)).Text,
        Created = row.Time(10),
        Accepted = row.Time(11),
        NotBefore = row.NullableTime(12),
        Expires = row.NullableTime(13),
        Priority = (int)row.Int(14),
        Conversation = row.NullableText(15),
        Sequence = row.NullableInt(16),
        InReplyTo = row.IsNull(17) ? null : Digests.WriteKey(row.Blob(17)),
        Subject = row.NullableText(18),
        Uploads = Digests.WriteMany(row.Blob(19)),
        Entry = row.Int(20),
        Erased = row.NullableTime(21),
        WaitedUntil = row.NullableTime(22),
    };

    internal static DeliveryRecord Delivery(Statement row, SqliteSession session) => new()
    {
        Id = row.Int(0),
        Message = Digests.WriteKey(row.Blob(1)),
        Recipient = session.Name(row.Int(2)).System,
        Role = (RecipientRole)row.Int(3),
        Why = session.Name(row.Int(4)).Text,
        State = (DeliveryState)row.Int(5),
        Due = row.Time(6),
        Attempts = (int)row.Int(7),
        Replays = (int)row.Int(8),
        Claim = row.NullableText(9),
        ClaimedUntil = row.NullableTime(10),
        LastProblem = row.NullableText(11),
        LastDetail = row.NullableText(12),
        DeliveredAt = row.NullableTime(13),
        Status = row.NullableText(14),
        Reason = row.NullableText(15),
        Outcome = row.NullableText(16),
        AssertedBy = row.NullableText(17),
        Changed = row.Time(18),
        Interruptions = (int)row.Int(21),
        Answers = (int)row.Int(22),
        Answer = row.IsNull(23) ? null : Digests.WriteKey(row.Blob(23)),
        Since = row.NullableTime(24),
        Node = (int?)row.NullableInt(25),
        Lane = row.NullableText(26),
        LanePlace = row.Int(27),
        HoldsLane = row.Int(28) != 0,
    };

    internal static EntryRecord Entry(Statement row) => new(row.Int(0), row.Blob(1).ToArray(), Bytes(row, 2), Bytes(row, 3));

    private static ReadOnlyMemory<byte>? Bytes(Statement row, int column) =>
        row.IsNull(column) ? null : (ReadOnlyMemory<byte>?)row.Blob(column).ToArray();
}
