namespace Hub.Core.Registry.Certificates;

/// <summary>What is known of a certificate.</summary>
public enum CertificateState
{
    /// <summary>No source has answered, or the last answer has lapsed.</summary>
    Unknown,

    /// <summary>Its issuer says that it is not revoked.</summary>
    Good,

    /// <summary>Its issuer has revoked it.</summary>
    Revoked,

    /// <summary>It leads to no anchor of the registry, so that nobody's word about it counts.</summary>
    Unanchored,
}

/// <summary>What is known of the certificate of a key, with those between it and its anchor: the worst of them.</summary>
/// <param name="State">What was learnt last.</param>
/// <param name="Since">When the hub first looked at it: a grace begins here as long as nobody has answered.</param>
public sealed record CertificateStanding(CertificateState State, DateTimeOffset Since)
{
    /// <summary>When the last good or revoked answer was learnt; null: never.</summary>
    public DateTimeOffset? Learnt { get; init; }

    /// <summary>Until when the last good answer holds (its <c>nextUpdate</c>, exclusive); null when there is none.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>From when on it is revoked.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Why: the words of RFC 5280, 5.3.1, e.g. <c>keyCompromise</c>; null when the issuer does not say.</summary>
    public string? Reason { get; init; }

    /// <summary>Who said so: the address asked.</summary>
    public string? Source { get; init; }

    /// <summary><c>thisUpdate</c> of the answer: an older one from the same source is a replay.</summary>
    public DateTimeOffset? ThisUpdate { get; init; }

    /// <summary>Why the last question had no answer, or why the chain does not hold; for people.</summary>
    public string? Fault { get; init; }
}
