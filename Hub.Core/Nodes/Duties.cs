namespace Hub.Core.Nodes;

/// <summary>Work of which a hub does one at a time, whichever of its nodes does it.</summary>
public static class Duties
{
    /// <summary>Ends the claims of dead nodes.</summary>
    public const string Takeover = "takeover";

    /// <summary>Lets reorganisations take effect on what is under way.</summary>
    public const string Reorganisation = "reorganisation";

    /// <summary>Ends deliveries that nobody took in time.</summary>
    public const string Expiry = "expiry";

    /// <summary>Asks about the certificates of keys.</summary>
    public const string Certificates = "certificates";

    /// <summary>Erases content that was kept long enough.</summary>
    public const string Retention = "retention";

    /// <summary>Deletes uploads that nobody may have any more.</summary>
    public const string Uploads = "uploads";

    /// <summary>Tells of keys that end soon.</summary>
    public const string KeyExpiry = "key-expiry";

    /// <summary>Tells the users of services that will end.</summary>
    public const string ServiceEnd = "service-end";

    /// <summary>Ends proposals that nobody decided.</summary>
    public const string Proposals = "proposals";

    /// <summary>Makes room in the store for the months to come.</summary>
    public const string Partitions = "partitions";

    /// <summary>Tells of late deliveries and silent systems.</summary>
    public const string Watch = "watch";

    /// <summary>Carries out replay runs.</summary>
    public const string Replay = "replay";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Takeover, Reorganisation, Expiry, Certificates, Retention, Uploads, KeyExpiry, ServiceEnd, Proposals, Partitions, Watch, Replay];
}
