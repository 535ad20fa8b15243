using Hub.Contracts.Envelopes;

namespace Hub.IntegrationTests.Faults;

/// <summary>One message of the ledger, which lives outside the hub. Times are of <see cref="Environment.TickCount64"/>.</summary>
/// <param name="Key">Message key.</param>
/// <param name="Octets">What was signed.</param>
/// <param name="Sha256">Of the octets, lower-case hexadecimal.</param>
/// <param name="Conversation">The ordered conversation, if any.</param>
/// <param name="Number">Grows with sending.</param>
/// <param name="ToArchive">Whether the app gets it too.</param>
internal sealed record Sent(string Key, byte[] Octets, string Sha256, string? Conversation, int Number, bool ToArchive)
{
    private long _pushed;
    private long _claimed;
    private long _acknowledged = long.MaxValue;

    /// <summary>The content of an attachment that is to be uploaded before.</summary>
    internal byte[]? Upload { get; init; }

    /// <summary>The first that was given.</summary>
    internal string? Receipt { get; set; }

    internal long ReceiptedAt { get; set; }

    internal long PushedAt => Volatile.Read(ref _pushed);

    internal long ClaimedAt => Volatile.Read(ref _claimed);

    /// <summary>When the mailbox's acknowledgement was answered, by <see cref="Traffic.Moment"/>; the greatest number before that.</summary>
    internal long AcknowledgedAt => Volatile.Read(ref _acknowledged);

    internal bool Arrived => PushedAt != 0 && ClaimedAt != 0;

    internal static Sent Of(Envelope envelope, byte[] octets, string sha256, int number, bool toArchive) =>
        new(envelope.Key.Value, octets, sha256, envelope.Conversation, number, toArchive);

    /// <returns>Whether it is the first time.</returns>
    internal bool Push() => Interlocked.CompareExchange(ref _pushed, Environment.TickCount64, 0) == 0;

    /// <returns>Whether it is the first time.</returns>
    internal bool Claim() => Interlocked.CompareExchange(ref _claimed, Environment.TickCount64, 0) == 0;

    internal void Acknowledge(long moment) => Interlocked.CompareExchange(ref _acknowledged, moment, long.MaxValue);
}
