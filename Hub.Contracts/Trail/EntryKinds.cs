namespace Hub.Contracts.Trail;

/// <summary>The kinds of entries that version 1 writes.</summary>
public static class EntryKinds
{
    /// <summary>The log was opened; first entry of an epoch.</summary>
    public const string LogOpened = "log.opened";

    /// <summary>A backup was restored and the log goes on under a new origin and key: the last checkpoint known of the old one, and the gap.</summary>
    public const string LogEpochOpened = "log.epoch-opened";

    /// <summary>An operator took a backup of the hub.</summary>
    public const string BackupTaken = "backup.taken";

    /// <summary>A message was accepted.</summary>
    public const string MessageAccepted = "message.accepted";

    /// <summary>Its sender, or an operator, took a message back as far as nobody had it.</summary>
    public const string MessageCancelled = "message.cancelled";

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

    /// <summary>An answer to the sender could not be sent, e.g. because its system has left the registry; what it answers stands.</summary>
    public const string DeliveryAnswerDropped = "delivery.answer-dropped";

    /// <summary>An operator set a dead delivery going again.</summary>
    public const string DeliveryReplayed = "delivery.replayed";

    /// <summary>A replay of many dead deliveries was started, stopped, resumed, or came to its end.</summary>
    public const string ReplayRun = "replay.run";

    /// <summary>An operator wrote a note about a dead delivery or a group of them.</summary>
    public const string DeadLettersNoted = "dead-letters.noted";

    /// <summary>An operator said who takes care of a dead delivery or a group of them.</summary>
    public const string DeadLettersOwned = "dead-letters.owned";

    /// <summary>The registry changed.</summary>
    public const string RegistryChanged = "registry.changed";

    /// <summary>A change of the registry was proposed; it waits for approval.</summary>
    public const string RegistryProposed = "registry.proposed";

    /// <summary>A proposal was approved in part or whole, rejected, withdrawn, or ran out of time.</summary>
    public const string RegistryDecided = "registry.decided";

    /// <summary>A reorganisation took effect.</summary>
    public const string RegistryReorganised = "registry.reorganised";

    /// <summary>A key is reported as compromised since an instant.</summary>
    public const string KeyCompromised = "key.compromised";

    /// <summary>A key expires soon.</summary>
    public const string KeyExpiring = "key.expiring";

    /// <summary>The status of a certificate was learnt or changed.</summary>
    public const string CertificateStatus = "certificate.status";

    /// <summary>A delivery to a closed agency went on to its successor.</summary>
    public const string DeliveryRedirected = "delivery.redirected";

    /// <summary>An operator or auditor read content or entries.</summary>
    public const string AccessRead = "access.read";

    /// <summary>A token was given to an operator or auditor.</summary>
    public const string AccessGranted = "access.granted";

    /// <summary>Refusals of one source in one minute, counted.</summary>
    public const string RefusalsCounted = "refusals.counted";

    /// <summary>A body was erased by law.</summary>
    public const string BodyErased = "body.erased";
}
