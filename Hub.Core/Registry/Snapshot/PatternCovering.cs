using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Which patterns of rights speak of a system at an instant, the most specific first: itself, its agency, groups, the
/// agencies above, everybody; then what it inherits from agencies whose successor its own is for the type. Pure.</summary>
internal readonly ref struct PatternCovering(RegistrySnapshot registry, MessageType type, DateTimeOffset at)
{
    /// <summary>The patterns of a registered system; those of most systems do not depend on the type, and are remembered.</summary>
    internal PatternEntry[] Of(SystemAddress system) => registry.Node(system.Agency) is { Predecessors.Count: > 0 }
        ? Of(system.Agency, system.System, asIfOpen: false)
        : registry.Coverings.Of(system, this);

    internal int Era => registry.Times.EraOf(at);

    /// <param name="agency">The agency, by its code in force.</param>
    /// <param name="system">The system's name; null: the agency itself was addressed.</param>
    /// <param name="asIfOpen">Whether it counts as open, because what was written to it is being judged.</param>
    internal PatternEntry[] Of(AgencyCode agency, string? system, bool asIfOpen)
    {
        var found = new List<PatternEntry>(16);
        var memberships = registry.Memberships;
        if (system is not null)
        {
            var key = new PatternKey(RightPatternKind.System, agency.Value, system);
            Add(found, key);
            found.AddRange(memberships.Naming(key));
        }

        var own = PatternKey.Of(agency);
        Add(found, own);
        foreach (var group in memberships.Naming(own))
            if (!found.Contains(group)) found.Add(group);
        foreach (var (pattern, rule) in memberships.ByRule)
            if (registry.Fulfils(agency, rule, at, asIfOpen)) found.Add(pattern);
        AddAbove(found, agency);
        Add(found, PatternKey.Everybody);
        if (registry.Node(agency) is { Predecessors.Count: > 0 } node) Inherit(found, node, [agency], 0);
        return [.. found];
    }

    private void AddAbove(List<PatternEntry> found, AgencyCode agency)
    {
        var hops = 0;
        for (var state = registry.AgencyAt(agency, at); state is not null && hops++ < RegistryRules.MaxLevels; state = state.Parent is { } parent ? registry.AgencyAt(parent, at) : null)
            Add(found, PatternKey.Under(state.Agency.Code));
    }

    private void Add(List<PatternEntry> found, PatternKey key)
    {
        if (registry.Rights.FindPattern(key) is { } pattern && !found.Contains(pattern)) found.Add(pattern);
    }

    private void Inherit(List<PatternEntry> found, AgencyNode heir, HashSet<AgencyCode> seen, int hops)
    {
        if (hops == Succession.MaxHops) return;
        foreach (var code in heir.Predecessors)
        {
            if (registry.Node(code) is not { Timeline: { } timeline } node
                || Succession.Of(timeline.At(at), type, registry.FindService(type)?.Function) is not { } taken
                || !taken.Act.Act!.InheritRights
                || !taken.Heirs.Any(h => h.Agency == heir.Code)
                || !seen.Add(code)) continue;
            Add(found, PatternKey.Of(code));
            AddAbove(found, code);
            Inherit(found, node, seen, hops + 1);
        }
    }
}
