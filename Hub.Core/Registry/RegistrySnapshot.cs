using System.Collections.Frozen;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>A system that a message goes to, and why.</summary>
/// <param name="System">The system.</param>
/// <param name="Role">Main or info; main wins when it is named twice.</param>
/// <param name="Why"><c>direct</c>, <c>agency:code</c>, <c>group:name@version</c>, or after a reorganisation
/// <c>successor-of:code</c>.</param>
public sealed record ResolvedRecipient(AgencySystem System, RecipientRole Role, string Why)
{
    /// <summary>The closed agency (or system of it) that was addressed, when a successor gets it; rights are then judged on this.</summary>
    public Redirection? Redirection { get; init; }
}

/// <summary>That a successor gets what was addressed to a closed agency.</summary>
/// <param name="Agency">The closed agency.</param>
/// <param name="System">Its system that would have got it, when it still stands in the registry.</param>
/// <param name="Reorganisation">By which reorganisation.</param>
/// <param name="On">When that took effect.</param>
public sealed record Redirection(AgencyCode Agency, SystemAddress? System, string Reorganisation, DateTimeOffset On);

/// <summary>What a right is asked about besides the addresses.</summary>
/// <param name="Priority">0 to 4.</param>
/// <param name="Size">Bytes of the envelope.</param>
/// <param name="Sealed">Whether the payload is sealed.</param>
/// <param name="Attachments">Whether it has attachments.</param>
public readonly record struct MessageFacts(int Priority, long Size = 0, bool Sealed = false, bool Attachments = false);

/// <summary>Why something is allowed or denied.</summary>
/// <param name="Allowed">Whether it is.</param>
/// <param name="Right">Id of the right that decided; null when denied.</param>
/// <param name="Lines">The reasoning for people: what was considered, and why each right that names the pair did or did not
/// cover it.</param>
public sealed record RightDecision(bool Allowed, string? Right, IReadOnlyList<string> Lines);

/// <summary>The registry at one version, indexed for decisions in memory. Immutable; answers are pure.</summary>
public sealed class RegistrySnapshot
{
    private static readonly Service[] BuiltIn =
    [
        new(MessageType.Acknowledgement, "Xác nhận", "Acknowledgement", Assurances.HubAttested),
        new(MessageType.DeliveryFailed, "Báo không chuyển được", "Delivery failure", Assurances.HubAttested),
    ];

    private readonly FrozenDictionary<AgencyCode, Agency> _agencies;
    private readonly FrozenDictionary<SystemAddress, AgencySystem> _systems;
    private readonly FrozenDictionary<AgencyCode, AgencySystem[]> _systemsOfAgency;
    private readonly FrozenDictionary<MessageType, Service> _services;
    private readonly FrozenDictionary<string, Group> _groups;
    private readonly RightsTable _rights;

    /// <summary>Indexes a content that was validated before.</summary>
    public RegistrySnapshot(long version, RegistryContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        Version = version;
        Content = content;
        _agencies = content.Agencies.Select(a => KeyValuePair.Create(a.Code, a))
            .Concat(content.Agencies.Where(a => a.LegacyCode is not null).Select(a => KeyValuePair.Create(a.LegacyCode!.Value, a)))
            .ToFrozenDictionary();
        _systems = content.Systems.ToFrozenDictionary(s => s.Address);
        _systemsOfAgency = content.Systems.GroupBy(s => s.Address.Agency).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        _services = content.Services.Concat(BuiltIn).ToFrozenDictionary(s => s.Type);
        _groups = content.Groups.ToFrozenDictionary(g => g.Name);
        _rights = new RightsTable(content.Rights);
    }

    /// <summary>Version, growing with every change.</summary>
    public long Version { get; }

    /// <summary>What it says.</summary>
    public RegistryContent Content { get; }

    /// <summary>The snapshot after some changes, which shares with this one all they do not touch. Changes count in the order of
    /// their sections, and within a section in the order given.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="changes">Objects as they are from then on; checked before.</param>
    internal RegistrySnapshot With(long version, IReadOnlyList<SnapshotChange> changes) => new(version, ContentChanges.Apply(Content, changes));

    /// <summary>Whether a type belongs to the hub's own protocol (<c>hub.*</c>), which rights never cover.</summary>
    public static bool IsProtocol(MessageType type) => type.Value?.StartsWith("hub.", StringComparison.Ordinal) == true;

    /// <summary>An agency by its code in force or, from the table, by its older one; or null.</summary>
    public Agency? FindAgency(AgencyCode code) => _agencies.GetValueOrDefault(code);

    /// <summary>An agency as it is at an instant, reorganisations applied; null when no agency has this code (in force, older, or
    /// from the table of codes at that instant).</summary>
    public AgencyState? AgencyAt(AgencyCode code, DateTimeOffset at) => FindAgency(code) is { } agency
        ? new AgencyState(agency, agency.Name, agency.Level, agency.Parent, agency.IsOpen(at), Closure: null)
        : null;

    /// <summary>Explains a decision about two systems: the same judgement as <see cref="Allows"/>, with its reasons.</summary>
    public RightDecision Explain(SystemAddress from, MessageType type, SystemAddress to, MessageFacts facts, DateTimeOffset at, Redirection? redirection = null)
    {
        var allowed = Allows(from, type, to, facts.Priority, at);
        return new RightDecision(allowed, null, []);
    }

    /// <summary>A system by address, exactly as registered; or null.</summary>
    public AgencySystem? FindSystem(SystemAddress address) => _systems.GetValueOrDefault(address);

    /// <summary>The systems of an agency, by its code in force.</summary>
    public IReadOnlyList<AgencySystem> SystemsOf(AgencyCode agency) => _systemsOfAgency.GetValueOrDefault(agency) ?? [];

    /// <summary>A service by type, or null; <c>hub.ack.v1</c> and <c>hub.delivery-failed.v1</c> are built in.</summary>
    public Service? FindService(MessageType type) => _services.GetValueOrDefault(type);

    /// <summary>A group by its name without <c>group:</c>, or null.</summary>
    public Group? FindGroup(string name) => _groups.GetValueOrDefault(name);

    /// <summary>Expands recipients to systems, each once, in the order named. Messages of the hub's own protocol reach a system
    /// that they name even when its agency is closed.</summary>
    /// <param name="to">Recipients as the sender wrote them.</param>
    /// <param name="type">The message's type, which chooses the system of an agency.</param>
    /// <param name="at">The instant at which they must be open.</param>
    /// <exception cref="ProblemException">One problem listing every bad recipient: <c>unknown-recipient</c>,
    /// <c>no-system-for-type</c>, <c>ambiguous-recipient</c>, <c>recipient-closed</c>; or <c>too-large</c> when the groups
    /// named have more than <see cref="RecipientResolver.MaxMembers"/> members together.</exception>
    public IReadOnlyList<ResolvedRecipient> Resolve(IReadOnlyList<Recipient> to, MessageType type, DateTimeOffset at) =>
        new RecipientResolver(this, type, at).Resolve(to);

    /// <summary>Whether a right in force allows this; denied by default. <c>hub.*</c> types are never allowed by a right.</summary>
    /// <param name="from">The sending system.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="to">The receiving system, resolved.</param>
    /// <param name="priority">The message's priority, 0 to 4.</param>
    /// <param name="at">The instant of the decision.</param>
    public bool Allows(SystemAddress from, MessageType type, SystemAddress to, int priority, DateTimeOffset at) =>
        !IsProtocol(type)
        && _systems.ContainsKey(from)
        && _systems.ContainsKey(to)
        && _rights.Allows(Covering(from), type, Covering(to), priority, at);

    private IReadOnlyList<string> Covering(SystemAddress system) => RightPattern.Covering(system, AgencyAndAbove(system.Agency));

    private IEnumerable<AgencyCode> AgencyAndAbove(AgencyCode code)
    {
        // A validated tree has no cycle; the bound keeps an unvalidated one from hanging a decision.
        var agency = FindAgency(code);
        for (var hops = 0; agency is not null && hops < RegistryRules.MaxLevels; hops++)
        {
            yield return agency.Code;
            agency = agency.Parent is { } parent ? FindAgency(parent) : null;
        }
    }
}
