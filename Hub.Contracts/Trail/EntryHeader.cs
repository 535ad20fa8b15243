namespace Hub.Contracts.Trail;

/// <summary>What the log hashes for one entry: small, canonical (RFC 8785), free of personal data. Its leaf data is the
/// canonical JSON <c>{"actor","commitment","key","kind","time","v":1}</c> (members that are null are left out).</summary>
/// <param name="Kind">What happened, see <see cref="EntryKinds"/>.</param>
/// <param name="Time">The hub's clock, UTC, whole milliseconds.</param>
/// <param name="Key">The message it is about, if any.</param>
/// <param name="Actor">Who did it: a system address, <c>hub</c>, or <c>operator:name</c>.</param>
/// <param name="Commitment">SHA-256(salt ‖ body), 32 bytes.</param>
public sealed record EntryHeader(string Kind, DateTimeOffset Time, string? Key, string Actor, ReadOnlyMemory<byte> Commitment)
{
    /// <summary>The leaf data.</summary>
    public byte[] ToCanonicalJson() => throw new NotImplementedException();

    /// <summary>Reads leaf data.</summary>
    /// <exception cref="FormatException">Not an entry header of version 1 in canonical form.</exception>
    public static EntryHeader Parse(ReadOnlySpan<byte> canonicalJson) => throw new NotImplementedException();
}

/// <summary>The kinds of entries that version 1 writes.</summary>
public static class EntryKinds
{
    /// <summary>The log was opened; first entry of an epoch.</summary>
    public const string LogOpened = "log.opened";

    /// <summary>A message was accepted.</summary>
    public const string MessageAccepted = "message.accepted";

    /// <summary>A delivery attempt failed and will be tried again.</summary>
    public const string DeliveryAttemptFailed = "delivery.attempt-failed";

    /// <summary>A recipient claimed a delivery from its mailbox.</summary>
    public const string DeliveryClaimed = "delivery.claimed";

    /// <summary>The recipient's system has the bytes.</summary>
    public const string DeliveryDelivered = "delivery.delivered";

    /// <summary>The recipient acknowledged (accepted or refused).</summary>
    public const string DeliveryAcknowledged = "delivery.acknowledged";

    /// <summary>The delivery died.</summary>
    public const string DeliveryDead = "delivery.dead";

    /// <summary>The delivery expired.</summary>
    public const string DeliveryExpired = "delivery.expired";

    /// <summary>An operator set a dead delivery going again.</summary>
    public const string DeliveryReplayed = "delivery.replayed";

    /// <summary>The registry changed.</summary>
    public const string RegistryChanged = "registry.changed";

    /// <summary>An operator or auditor read content or entries.</summary>
    public const string AccessRead = "access.read";

    /// <summary>A token was given to an operator or auditor.</summary>
    public const string AccessGranted = "access.granted";

    /// <summary>Refusals of one source in one minute, counted.</summary>
    public const string RefusalsCounted = "refusals.counted";

    /// <summary>A body was erased by law.</summary>
    public const string BodyErased = "body.erased";
}
