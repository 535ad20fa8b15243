namespace Hub.Core.Registry.Certificates;

/// <summary>One certificate of a chain, and when to ask about it. Used by the watch's one look at a time only.</summary>
internal sealed class WatchedCertificate(IssuedCertificate certificate, CertificateStanding standing, string owner, string? key)
{
    internal IssuedCertificate Certificate { get; } = certificate;

    internal CertificateStanding Standing { get; set; } = standing;

    /// <summary>Owner and id of the key that brought it here; for an authority of the first one that did, and no id.</summary>
    internal string Owner { get; } = owner;

    internal string? Key { get; } = key;

    /// <summary>Whether the store has it as it is.</summary>
    internal bool IsStored { get; set; }

    internal int Failures { get; set; }

    /// <summary>Null: at once.</summary>
    internal DateTimeOffset? AskAt { get; set; }
}
