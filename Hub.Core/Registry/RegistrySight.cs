using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>What somebody sees of the registry. A system: agencies, levels, codes, reorganisations and groups; services that it
/// provides, or that a right speaks of together with it; itself, its keys and the rights that speak of it. Somebody within a
/// subtree: what stands in it, rights and reorganisations that touch it, people who act in it, and what all share (levels,
/// services, policy, anchors). Everybody else: everything. Pure.</summary>
/// <param name="registry">The snapshot.</param>
/// <param name="at">The instant, for the tree and for groups by rule.</param>
/// <param name="system">The system that looks, if it is one.</param>
/// <param name="under">The agency within whose subtree somebody looks, if he is bound to one.</param>
public sealed class RegistrySight(RegistrySnapshot registry, DateTimeOffset at, SystemAddress? system, AgencyCode? under)
{
    private readonly Lazy<HashSet<string>> _used = new(() => system is { } self
        ? [.. registry.AllRights.Where(r => Concerns(registry, at, r, self)).SelectMany(static r => r.Services)]
        : []);

    /// <summary>Whether it sees an object.</summary>
    /// <param name="record">A record as in <see cref="RegistryObjects.List"/>.</param>
    public bool Sees(object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return system is { } self ? SystemSees(self, record) : under is null || SubtreeSees(record);
    }

    /// <summary>Whether it is told of an object that is not there (any more), of which only the name is known.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="id">What named it.</param>
    public bool SeesRemoved(string section, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (system is null && under is null) return true;
        var owner = SystemAddress.TryParse(id.Split(' ')[0], out var address) ? address : (SystemAddress?)null;
        return section switch
        {
            RegistrySections.Levels => true,
            RegistrySections.Agencies => system is not null || (AgencyCode.TryParse(id, out var code) && Holds(code)),
            RegistrySections.Groups or RegistrySections.Codes or RegistrySections.Reorganisations => system is not null,
            RegistrySections.Services or RegistrySections.Policy or RegistrySections.Anchors => system is null,
            RegistrySections.Systems or RegistrySections.Keys => owner is { } theirs && (system is { } self ? theirs == self : Holds(theirs.Agency)),
            _ => false,
        };
    }

    /// <summary>Whether an agency is the root of the subtree or stands below it, at the instant; true for those who are bound to none.</summary>
    public bool Holds(AgencyCode agency)
    {
        if (under is not { } root) return true;
        return registry.IsUnder(agency, registry.FindAgency(root)?.Code ?? root, at);
    }

    private bool SystemSees(SystemAddress self, object record) => record switch
    {
        Level or Agency or CodeEntry or Reorganisation or Group => true,
        Service service => service.Provider == self.Agency || _used.Value.Contains(service.Type.Value) || _used.Value.Contains("*"),
        AgencySystem other => other.Address == self,
        OwnedKey key => key.System == self,
        Right right => Concerns(registry, at, right, self),
        _ => false,
    };

    private bool SubtreeSees(object record) => record switch
    {
        Level or Service or RegistryPolicy or TrustAnchor => true,
        Agency agency => Holds(agency.Code),
        CodeEntry code => Holds(code.Agency),
        AgencySystem other => Holds(other.Address.Agency),
        OwnedKey key => Holds(key.System.Agency),
        Group group => group.Rule is not null || group.Members.Any(m => m.Kind == RecipientKind.System ? Holds(m.System.Agency) : Holds(m.Agency)),
        Reorganisation plan => plan.Acts.Any(a => Holds(a.Agency) || a.Successors.Any(s => Holds(s.Agency))),
        Right right => Touches(right.From) || Touches(right.To),
        Person person => person.Under is { } his && Holds(his),
        _ => false,
    };

    private bool Touches(string pattern) => RightPattern.TryParse(pattern, out var parsed) && parsed.Kind switch
    {
        RightPatternKind.System => Holds(parsed.System.Agency),
        RightPatternKind.Agency or RightPatternKind.Under => Holds(parsed.Agency),
        RightPatternKind.Group => registry.FindGroup(parsed.Group) is { } group && SubtreeSees(group),
        _ => true,
    };

    /// <summary>Whether a right speaks of a system, as sender or as recipient.</summary>
    private static bool Concerns(RegistrySnapshot registry, DateTimeOffset at, Right right, SystemAddress self) =>
        Covers(registry, at, right.From, self) || Covers(registry, at, right.To, self);

    private static bool Covers(RegistrySnapshot registry, DateTimeOffset at, string pattern, SystemAddress self) => RightPattern.TryParse(pattern, out var parsed) && parsed.Kind switch
    {
        RightPatternKind.Everybody => true,
        RightPatternKind.System => parsed.System == self,
        RightPatternKind.Agency => parsed.Agency == self.Agency,
        RightPatternKind.Under => registry.IsUnder(self.Agency, parsed.Agency, at),
        RightPatternKind.Group => registry.FindGroup(parsed.Group) is { } group && IsMember(registry, at, group, self),
        _ => false,
    };

    private static bool IsMember(RegistrySnapshot registry, DateTimeOffset at, Group group, SystemAddress self) => group.Rule is { } rule
        ? registry.Fulfils(self.Agency, rule, at, asIfOpen: true)
        : group.Members.Any(m => m.Kind == RecipientKind.System ? m.System == self : m.Agency == self.Agency);
}
