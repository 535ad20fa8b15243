using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Changes;

/// <summary>Which objects somebody may change who acts within a subtree of agencies, or for one system. Pure.</summary>
/// <remarks>Within a subtree: agencies in it (its root too, but for the root's parent, level and codes), their systems, keys and codes, services
/// that they provide, groups with no member outside, reorganisations that name no other. A right may be given or widened when
/// both its ends lie inside, and taken away or narrowed when one does. Levels, policy, anchors and people belong to the whole hub.</remarks>
internal sealed class SubtreePolicy(RegistrySnapshot before, RegistrySnapshot after, AgencyCode root, DateTimeOffset at)
{
    /// <summary>Why an actor may not make this change; null when he may.</summary>
    internal static string? Refusal(RegistryActor actor, ObjectDifference difference, RegistrySnapshot before, RegistrySnapshot after, DateTimeOffset at)
    {
        if (actor.System is { } system) return OwnSystem(system, difference);
        if (actor.Under is not { } root) return null;
        return new SubtreePolicy(before, after, root, at).Holds(difference) ? null : Outside(actor, root);
    }

    /// <summary>Why an actor may not even ask for a change of what a name says, whatever the change is; null when he may. To be asked before
    /// anything is said of the object: what is not somebody's to change, he learns nothing about from what is refused.</summary>
    internal static string? RefusalToAsk(RegistryActor actor, string section, string id, object? record, RegistrySnapshot before, DateTimeOffset at)
    {
        if (actor.System is { } system)
        {
            var own = (section == RegistrySections.Keys && id.StartsWith($"{system} ", StringComparison.Ordinal)) || (section == RegistrySections.Systems && id == system.ToString());
            return own ? null : NotOwn(system);
        }

        if (actor.Under is not { } root || (record is null && section is not (RegistrySections.Levels or RegistrySections.Policy or RegistrySections.Anchors or RegistrySections.People))) return null;
        return record is not null && new SubtreePolicy(before, before, root, at).Holds(new ObjectDifference(section, id, record, record)) ? null : Outside(actor, root);
    }

    /// <summary>Whether an agency is another or stands under it, at an instant: a reorganisation takes it out of one subtree and puts it
    /// into another.</summary>
    internal static bool IsWithin(RegistrySnapshot registry, AgencyCode code, AgencyCode root, DateTimeOffset at) =>
        registry.IsUnder(code, registry.FindAgency(root)?.Code ?? root, at);

    private static string Outside(RegistryActor actor, AgencyCode root) => $"lies outside the subtree of {root}, in which {actor.Name} acts";

    private static string NotOwn(SystemAddress system) => $"is not {system}'s own: a system changes its keys, and what is said of itself";

    private static string? OwnSystem(SystemAddress system, ObjectDifference difference)
    {
        var own = difference.Section switch
        {
            RegistrySections.Keys => ((OwnedKey)(difference.After ?? difference.Before)!).System == system,
            RegistrySections.Systems => difference is { Before: not null, After: AgencySystem changed } && changed.Address == system,
            _ => false,
        };
        return own ? null : NotOwn(system);
    }

    private bool Holds(ObjectDifference difference) => difference.Section switch
    {
        RegistrySections.Agencies => AgencyHolds((Agency?)difference.Before, (Agency?)difference.After),
        RegistrySections.Systems => Both(difference, static (AgencySystem s) => s.Address.Agency),
        RegistrySections.Keys => Both(difference, static (OwnedKey k) => k.System.Agency),
        RegistrySections.Codes => Both(difference, static (CodeEntry c) => c.Agency),
        RegistrySections.Services => Both(difference, static (Service s) => s.Provider),
        RegistrySections.Groups => Holds(before, (Group?)difference.Before) && Holds(after, (Group?)difference.After),
        RegistrySections.Reorganisations => Holds(before, (Reorganisation?)difference.Before) && Holds(after, (Reorganisation?)difference.After),
        RegistrySections.Rights => RightHolds((Right?)difference.Before, (Right?)difference.After),
        _ => false,
    };

    private bool AgencyHolds(Agency? old, Agency? now)
    {
        if (old is not null && !IsWithin(before, old.Code, root, at)) return false;
        if (now is null) return old?.Code != root;
        return now.Code == root
            ? old is not null && (now.Parent, now.Level, now.LegacyCode, now.TerritoryCode) == (old.Parent, old.Level, old.LegacyCode, old.TerritoryCode)
            : IsWithin(after, now.Code, root, at);
    }

    private bool RightHolds(Right? old, Right? now)
    {
        if (now is not null && (old is null || !RightTrust.Covers(old, now))) return Inside(after, now.From) && Inside(after, now.To) && (old is null || Touches(old));
        return old is null || Touches(old);
    }

    private bool Touches(Right right) => Inside(before, right.From) || Inside(before, right.To);

    private bool Holds(RegistrySnapshot registry, Group? group) => group is null
        || (group.Rule is { } rule
            ? rule.Under is { } under && IsWithin(registry, under, root, at)
            : group.Members.All(m => m.Kind switch
            {
                RecipientKind.Agency => IsWithin(registry, m.Agency, root, at),
                RecipientKind.System => IsWithin(registry, m.System.Agency, root, at),
                _ => false,
            }));

    private bool Holds(RegistrySnapshot registry, Reorganisation? plan) => plan is null || plan.Acts.All(a =>
        IsWithin(registry, a.Agency, root, at)
        && (a.Parent is not { } parent || IsWithin(registry, parent, root, at))
        && (a.Act != ActKind.Move || a.Agency != root)
        && a.Successors.All(s => IsWithin(registry, s.Agency, root, at)));

    private bool Inside(RegistrySnapshot registry, string pattern) => RightPattern.TryParse(pattern, out var parsed) && parsed.Kind switch
    {
        RightPatternKind.System => IsWithin(registry, parsed.System.Agency, root, at),
        RightPatternKind.Agency or RightPatternKind.Under => IsWithin(registry, parsed.Agency, root, at),
        _ => false,
    };

    private bool Both<T>(ObjectDifference difference, Func<T, AgencyCode?> agency) =>
        (difference.Before is not T old || (agency(old) is { } was && IsWithin(before, was, root, at)))
        && (difference.After is not T now || (agency(now) is { } becomes && IsWithin(after, becomes, root, at)));
}
