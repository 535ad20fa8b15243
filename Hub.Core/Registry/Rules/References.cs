using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>That an object names another one.</summary>
/// <param name="Section">The other one's section.</param>
/// <param name="Id">The other one's id.</param>
/// <param name="Member">The member that names it, as the record sees it.</param>
/// <param name="Part">The part of the record that names it, when it is not the record itself.</param>
/// <param name="PartMember">The member of that part.</param>
internal readonly record struct Reference(string Section, string Id, string Member, object? Part = null, string? PartMember = null);

/// <summary>What each record names: the one place that knows what may dangle. Pure.</summary>
internal static class References
{
    /// <summary>Whether objects of a section can be named by others.</summary>
    internal static bool AreNamed(string section) => section is RegistrySections.Levels or RegistrySections.Agencies
        or RegistrySections.Services or RegistrySections.Groups or RegistrySections.Systems;

    internal static IEnumerable<Reference> Of(object record) => record switch
    {
        Agency agency => OfAgency(agency),
        CodeEntry entry => [Agency(entry.Agency, "agency")],
        Reorganisation reorganisation => reorganisation.Acts.SelectMany(OfAct),
        Service service => OfService(service),
        Group group => OfGroup(group),
        Person { Under: { } under } => [Agency(under, "under")],
        AgencySystem system => system.Receives.Select(t => new Reference(RegistrySections.Services, t.Value, "receives")).Prepend(Agency(system.Address.Agency, "address")),
        OwnedKey key => [new Reference(RegistrySections.Systems, key.System.ToString(), "system")],
        Right right => OfRight(right),
        _ => [],
    };

    private static IEnumerable<Reference> OfAgency(Agency agency)
    {
        if (agency.Level.Length > 0) yield return new Reference(RegistrySections.Levels, agency.Level, "level");
        if (agency.Parent is { } parent) yield return Agency(parent, "parent");
    }

    private static IEnumerable<Reference> OfAct(ReorganisationAct act, int place)
    {
        var path = $"acts[{place}]";
        yield return Agency(act.Agency, $"{path}.agency", act, "agency");
        if (act.Parent is { } parent) yield return Agency(parent, $"{path}.parent", act, "parent");
        if (act.Level is { } level) yield return new Reference(RegistrySections.Levels, level, $"{path}.level", act, "level");
        foreach (var successor in act.Successors)
        {
            yield return Agency(successor.Agency, $"{path}.successors", successor, "agency");
            foreach (var type in successor.Scope.Where(s => MessageType.TryParse(s, out _)))
                yield return new Reference(RegistrySections.Services, type, $"{path}.successors", successor, "scope");
        }
    }

    private static IEnumerable<Reference> OfService(Service service)
    {
        if (service.Provider is { } provider) yield return Agency(provider, "provider");
        if (service.Reply is { } reply) yield return new Reference(RegistrySections.Services, reply.Value, "reply");
        if (service.ReplacedBy is { } next) yield return new Reference(RegistrySections.Services, next.Value, "replacedBy");
    }

    private static IEnumerable<Reference> OfGroup(Group group)
    {
        foreach (var member in group.Members)
        {
            if (member.Kind == RecipientKind.Agency) yield return Agency(member.Agency, "members");
            else if (member.Kind == RecipientKind.System) yield return new Reference(RegistrySections.Systems, member.Value, "members");
        }

        if (group.Rule?.Level is { } level) yield return new Reference(RegistrySections.Levels, level, "rule.level");
        if (group.Rule?.Under is { } under) yield return Agency(under, "rule.under");
        if (group.Rule?.Receives is { } type) yield return new Reference(RegistrySections.Services, type.Value, "rule.receives");
    }

    private static IEnumerable<Reference> OfRight(Right right)
    {
        if (OfPattern(right.From, "from") is { } from) yield return from;
        if (OfPattern(right.To, "to") is { } to) yield return to;
        foreach (var service in right.Services)
            if (service != "*") yield return new Reference(RegistrySections.Services, service, "services");
    }

    private static Reference? OfPattern(string text, string member) => RightPattern.TryParse(text, out var pattern)
        ? pattern.Kind switch
        {
            RightPatternKind.Everybody => null,
            RightPatternKind.System => new Reference(RegistrySections.Systems, text, member),
            RightPatternKind.Group => new Reference(RegistrySections.Groups, pattern.Group, member),
            _ => Agency(pattern.Agency, member),
        }
        : null;

    private static Reference Agency(AgencyCode code, string member, object? part = null, string? partMember = null) =>
        new(RegistrySections.Agencies, code.Value, member, part, partMember);
}
