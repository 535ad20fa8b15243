using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>An operator or auditor, who proves himself with a key of his own.</summary>
public sealed record Person
{
    /// <summary>Name: 1 to 64 of letters, digits and <c>. - _ @</c>; the actor is <c>operator:name</c> or <c>auditor:name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>operator</c> or <c>auditor</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The agency within whose subtree the person acts; null: everywhere.</summary>
    public AgencyCode? Under { get; init; }

    /// <summary>Whether the person may read content, giving a reason each time.</summary>
    public bool Content { get; init; }

    /// <summary>The person's keys.</summary>
    public IReadOnlyList<SystemKey> Keys { get; init; } = [];

    /// <summary>From, inclusive.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until, exclusive.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}

/// <summary>A certification authority that the registry trusts for certificates of keys.</summary>
/// <param name="Name">Its name, 1 to 64 characters.</param>
/// <param name="Certificate">Its certificate, DER.</param>
public sealed record TrustAnchor(string Name, ReadOnlyMemory<byte> Certificate);

/// <summary>Rules for changes of the registry itself, and for certificates.</summary>
public sealed record RegistryPolicy
{
    /// <summary>Kinds of trust changes that one person may make alone, see <see cref="TrustChangeKinds"/>.</summary>
    public IReadOnlyList<string> SinglePerson { get; init; } = [];

    /// <summary>Whether keys must come with a certificate that leads to an anchor (false: a bare registered key is enough).</summary>
    public bool CertificatesRequired { get; init; }

    /// <summary>What a certificate whose revocation status cannot be learnt means: <c>off</c> (status is not asked), <c>grace</c>
    /// (good for <see cref="RevocationGrace"/> after the last answer, default), <c>strict</c> (not good without a fresh answer).</summary>
    public string Revocation { get; init; } = "grace";

    /// <summary>How long the last known status of a certificate holds when no source answers (24 h).</summary>
    public TimeSpan RevocationGrace { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>The kinds of changes that add trust: each needs a second person unless the policy exempts it.</summary>
public static class TrustChangeKinds
{
    /// <summary>A key added to or replaced at a system.</summary>
    public const string Key = "key";

    /// <summary>A new system, or another channel of one.</summary>
    public const string System = "system";

    /// <summary>A right added or widened, a group widened.</summary>
    public const string Right = "right";

    /// <summary>A service that demands less than before.</summary>
    public const string Service = "service";

    /// <summary>An agency added, a reorganisation planned or changed, a code entered.</summary>
    public const string Agency = "agency";

    /// <summary>A person added or given more.</summary>
    public const string Person = "person";

    /// <summary>A trust anchor added.</summary>
    public const string Anchor = "anchor";

    /// <summary>This policy.</summary>
    public const string Policy = "policy";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Key, System, Right, Service, Agency, Person, Anchor, Policy];
}
