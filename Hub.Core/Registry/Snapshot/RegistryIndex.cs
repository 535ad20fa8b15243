using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>A code as it may be looked up: territories are numbered apart from agencies.</summary>
internal readonly record struct CodeName(bool Territory, string Code);

/// <summary>Whose a code is, for how long, and which object of the registry says so.</summary>
internal sealed record CodeOwner(AgencyCode Agency, DateTimeOffset? ValidFrom, DateTimeOffset? ValidUntil, string Source)
{
    internal bool Holds(DateTimeOffset at) => !(at < ValidFrom) && !(at >= ValidUntil);
}

/// <summary>The objects of one registry version, each where it is looked up. Immutable; versions share what they have in common.</summary>
internal sealed record RegistryIndex
{
    private static readonly Service[] BuiltIn =
    [
        new(MessageType.Acknowledgement, "Xác nhận", "Acknowledgement", Assurances.HubAttested),
        new(MessageType.DeliveryFailed, "Báo không chuyển được", "Delivery failure", Assurances.HubAttested),
        new(MessageType.Notice, "Thông báo của trục", "Notice of the hub", Assurances.HubAttested),
    ];

    internal required SystemAddress Hub { get; init; }

    internal RegistryPolicy Policy { get; init; } = new();

    internal PersistentMap<string, Level> Levels { get; init; } = PersistentMap<string, Level>.Empty;

    internal PersistentMap<AgencyCode, AgencyNode> Agencies { get; init; } = PersistentMap<AgencyCode, AgencyNode>.Empty;

    /// <summary>Another object as soon as an agency, a code or a reorganisation is: then instants at which things change may differ.</summary>
    internal object Dates { get; init; } = new();

    /// <summary>The codes of all agencies that have a record, sorted.</summary>
    internal AgencyCode[] AgencyCodes { get; init; } = [];

    internal PersistentMap<string, CodeEntry> Codes { get; init; } = PersistentMap<string, CodeEntry>.Empty;

    internal PersistentMap<CodeName, IReadOnlyList<CodeOwner>> Owners { get; init; } = PersistentMap<CodeName, IReadOnlyList<CodeOwner>>.Empty;

    internal PersistentMap<string, Reorganisation> Reorganisations { get; init; } = PersistentMap<string, Reorganisation>.Empty;

    internal PersistentMap<string, TrustAnchor> Anchors { get; init; } = PersistentMap<string, TrustAnchor>.Empty;

    internal PersistentMap<MessageType, Service> Services { get; init; } = PersistentMap<MessageType, Service>.Empty;

    internal PersistentMap<string, Group> Groups { get; init; } = PersistentMap<string, Group>.Empty;

    internal PersistentMap<string, Person> People { get; init; } = PersistentMap<string, Person>.Empty;

    internal PersistentMap<SystemAddress, AgencySystem> Systems { get; init; } = PersistentMap<SystemAddress, AgencySystem>.Empty;

    internal RightsTable Rights { get; init; } = RightsTable.Empty;

    /// <summary>Who holds what only one may hold, see <see cref="Rules.Claims"/>.</summary>
    internal PersistentMap<string, Rules.Holding[]> Claims { get; init; } = PersistentMap<string, Rules.Holding[]>.Empty;

    /// <summary>An empty registry, in which the hub's own services alone are known.</summary>
    internal static RegistryIndex Of(SystemAddress hub)
    {
        var services = PersistentMap<MessageType, Service>.Empty.Edit();
        foreach (var service in BuiltIn) services.Put(service.Type, service);
        return new RegistryIndex { Hub = hub, Services = services.ToMap() };
    }

    /// <summary>Everything as lists in canonical order: levels by order then code, the others by id.</summary>
    internal RegistryContent ToContent() => new()
    {
        Hub = Hub,
        Policy = Policy,
        Levels = [.. Levels.Values.OrderBy(l => l.Order).ThenBy(l => l.Code, StringComparer.Ordinal)],
        Agencies = [.. AgencyCodes.Select(code => Agencies.Find(code)!.Record!)],
        Codes = [.. Codes.Values.OrderBy(c => $"{c.Scheme} {c.Code}", StringComparer.Ordinal)],
        Reorganisations = [.. Reorganisations.Values.OrderBy(r => r.Id, StringComparer.Ordinal)],
        Anchors = [.. Anchors.Values.OrderBy(a => a.Name, StringComparer.Ordinal)],
        Services = [.. Services.Values.Where(s => !RegistrySnapshot.IsProtocol(s.Type)).OrderBy(s => s.Type.Value, StringComparer.Ordinal)],
        Groups = [.. Groups.Values.OrderBy(g => g.Name, StringComparer.Ordinal)],
        People = [.. People.Values.OrderBy(p => p.Name, StringComparer.Ordinal)],
        Systems = [.. Systems.Values.OrderBy(s => s.Address.ToString(), StringComparer.Ordinal)],
        Rights = Rights.InOrder(),
    };
}
