using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry;

/// <summary>What a registry must fulfil beyond the shape of its document: nothing twice, nothing dangling, no contradiction.
/// Pure; adds what is wrong to the mistakes and returns what is merely odd.</summary>
internal sealed class RegistryRules
{
    /// <summary>Greatest depth of the agency tree (20).</summary>
    internal const int MaxLevels = 20;

    private readonly RegistryContent _content;
    private readonly Places _places;
    private readonly Mistakes _mistakes;
    private readonly Dictionary<AgencyCode, Agency> _agencies = [];
    private readonly Dictionary<SystemAddress, AgencySystem> _systems = [];
    private readonly HashSet<string> _services = [];
    private readonly List<string> _warnings = [];

    private RegistryRules(Draft draft, Mistakes mistakes)
    {
        (_content, _places) = (draft.Content, draft.Places);
        _mistakes = mistakes;
    }

    /// <param name="draft">What was read.</param>
    /// <param name="hub">The hub's own address.</param>
    /// <param name="development">Whether development keys are accepted.</param>
    /// <param name="before">What is in force, if anything.</param>
    /// <param name="mistakes">Collects what is wrong.</param>
    /// <returns>Warnings.</returns>
    internal static IReadOnlyList<string> Check(Draft draft, SystemAddress hub, bool development, RegistryContent? before, Mistakes mistakes)
    {
        var rules = new RegistryRules(draft, mistakes);
        rules.CheckHub(hub);
        rules.CheckAgencies();
        rules.CheckTree();
        rules.CheckServices();
        rules.CheckSystems();
        rules.CheckKeys(development);
        rules.CheckGroups(before);
        rules.CheckRights();
        return rules._warnings;
    }

    private void CheckHub(SystemAddress hub)
    {
        if (_content.Hub != default && _content.Hub != hub)
            Wrong(_content, "hub", $"is {_content.Hub}, but this hub is {hub}. This document belongs to another hub.");
    }

    private void CheckAgencies()
    {
        var levels = new HashSet<string>();
        foreach (var level in _content.Levels)
            if (!levels.Add(level.Code)) Wrong(level, "code", $"'{level.Code}' stands twice among the levels.");
        foreach (var agency in _content.Agencies)
        {
            if (!_agencies.TryAdd(agency.Code, agency)) Wrong(agency, "code", $"{agency.Code} stands twice.");
            if (agency.Level.Length > 0 && !levels.Contains(agency.Level)) Wrong(agency, "level", $"'{agency.Level}' is no level of this document.");
            if (agency.ValidFrom >= agency.ValidUntil) Wrong(agency, "validUntil", "is not after validFrom.");
        }

        var legacy = new HashSet<AgencyCode>();
        foreach (var agency in _content.Agencies.Where(a => a.LegacyCode is not null))
        {
            var code = agency.LegacyCode!.Value;
            if (code.Scheme != AgencyCodeScheme.Qcvn102) Wrong(agency, "legacyCode", $"{code} has not the QCVN 102 form, e.g. 000.12.03.H29.");
            if (_agencies.ContainsKey(code) || !legacy.Add(code)) Wrong(agency, "legacyCode", $"{code} is the code of another agency too.");
        }
    }

    private void CheckTree()
    {
        foreach (var agency in _content.Agencies)
        {
            if (agency.Parent is not { } parent) continue;
            if (!_agencies.TryGetValue(parent, out var above))
            {
                Wrong(agency, "parent", $"{parent} is no agency of this document (by its code in force).");
                continue;
            }

            var hops = 1;
            while (above is not null && above != agency && hops++ < MaxLevels)
                above = above.Parent is { } next ? _agencies.GetValueOrDefault(next) : null;
            if (above is not null)
                Wrong(agency, "parent", $"leads from {agency.Code} in a circle, or to a tree of more than {MaxLevels} levels.");
        }
    }

    private void CheckServices()
    {
        foreach (var service in _content.Services)
        {
            if (!_services.Add(service.Type.Value)) Wrong(service, "type", $"{service.Type} stands twice.");
            if (RegistrySnapshot.IsProtocol(service.Type)) Wrong(service, "type", $"{service.Type} is the hub's own; types hub.* are built in.");
            if (service.MinimumAssurance is not (Assurances.SenderSigned or Assurances.HubAttested))
                Wrong(service, "minimumAssurance", $"is '{service.MinimumAssurance}'; write sender-signed or hub-attested.");
        }
    }

    private void CheckSystems()
    {
        foreach (var system in _content.Systems)
        {
            if (!_systems.TryAdd(system.Address, system)) Wrong(system, "address", $"{system.Address} stands twice.");
            if (system.Address == _content.Hub) Wrong(system, "address", "is the hub's own, which is built in.");
            if (!_agencies.ContainsKey(system.Address.Agency)) Wrong(system, "address", $"{system.Address.Agency} is no agency of this document (by its code in force).");
            foreach (var type in system.Receives)
                if (!_services.Contains(type.Value)) Wrong(system, "receives", $"{type} is no service of this document.");
            if (system.Receives.Distinct().Count() != system.Receives.Count) Wrong(system, "receives", "names a type twice.");
        }

        var shared = _content.Systems.SelectMany(s => s.Receives.Distinct(), (s, type) => (s.Address, type)).GroupBy(x => (x.Address.Agency, x.type));
        foreach (var group in shared.Where(g => g.Count() > 1))
            _warnings.Add($"{string.Join(" and ", group.Select(x => x.Address))} both receive {group.Key.type}: a message to the agency {group.Key.Agency} will be refused as ambiguous.");
    }

    private void CheckKeys(bool development)
    {
        var owners = new Dictionary<string, SystemAddress>();
        foreach (var system in _content.Systems)
        {
            var app = system.Channel.Kind == "app";
            if (app && system.Keys.Count > 0) Wrong(system, "keys", "must be empty: the hub holds the keys of apps on the bus.");
            if (!app && system.Keys.Count == 0) _warnings.Add($"{system.Address} has no key: it can neither send nor claim.");
            var ids = new HashSet<string>();
            foreach (var key in system.Keys)
            {
                if (!MessageIdShape(key.Key.Id)) Wrong(key, "id", $"'{key.Key.Id}' is no key id: letters, digits and ._:- only, the first a letter or digit.");
                if (!ids.Add(key.Key.Id)) Wrong(key, "id", $"'{key.Key.Id}' stands twice within {system.Address}.");
                if (key.NotBefore >= key.NotAfter) Wrong(key, "notAfter", "is not after notBefore.");
                if (key.Development && !development)
                    Wrong(key, "development", $"The key '{key.Key.Id}' of {system.Address} was made by 'hub dev-pki'. Register the system's real key, or start the hub with --development on a machine without real data.");
                if (!owners.TryAdd(key.Key.Thumbprint, system.Address))
                    Wrong(key, "pem", $"stands under {owners[key.Key.Thumbprint]} already; a key is registered once, so that revoking it has no gap.");
            }
        }
    }

    private void CheckGroups(RegistryContent? before)
    {
        var names = new HashSet<string>();
        foreach (var group in _content.Groups)
        {
            if (!RecipientAddress.TryParse("group:" + group.Name, out _)) Wrong(group, "name", $"'{group.Name}' is no group name: lower-case letters, digits and ._- only.");
            if (!names.Add(group.Name)) Wrong(group, "name", $"'{group.Name}' stands twice.");
            if (group.Members.Count is 0 or > RecipientResolver.MaxMembers) Wrong(group, "members", $"must be 1 to {RecipientResolver.MaxMembers}.");
            if (group.Members.Distinct().Count() != group.Members.Count) Wrong(group, "members", "names somebody twice.");
            foreach (var member in group.Members) CheckMember(group, member);
            var old = before?.Groups.FirstOrDefault(g => g.Name == group.Name);
            if (old is not null && group.Version <= old.Version && (group.Version < old.Version || !group.Members.SequenceEqual(old.Members)))
                Wrong(group, "version", $"is {group.Version}, but version {old.Version} had other members. Delivery statements name the version: let it grow with every change.");
        }
    }

    private void CheckMember(Group group, RecipientAddress member)
    {
        var known = member.Kind switch
        {
            RecipientKind.Agency => _agencies.ContainsKey(member.Agency),
            RecipientKind.System => _systems.ContainsKey(member.System),
            _ => false,
        };
        if (!known) Wrong(group, "members", $"{member} is no agency or system of this document; groups hold no groups.");
    }

    private void CheckRights()
    {
        foreach (var right in _content.Rights)
        {
            CheckPattern(right, "from", right.From);
            CheckPattern(right, "to", right.To);
            if (right.Services.Count == 0) Wrong(right, "services", "is empty; name the services, or \"*\".");
            foreach (var service in right.Services.Where(s => s != "*" && !_services.Contains(s)))
                Wrong(right, "services", service.StartsWith("hub.", StringComparison.Ordinal)
                    ? $"{service} is never subject to rights."
                    : $"{service} is no service of this document.");
            if (right.ValidFrom >= right.ValidUntil) Wrong(right, "validUntil", "is not after validFrom.");
        }
    }

    private void CheckPattern(Right right, string member, string text)
    {
        if (text.Length == 0) return;
        if (!RightPattern.TryParse(text, out var pattern))
        {
            Wrong(right, member, $"is '{text}'; write agency/system, an agency code, under:agency, group:name, or \"*\".");
            return;
        }

        var known = pattern.Kind switch
        {
            RightPatternKind.Everybody => true,
            RightPatternKind.System => _systems.ContainsKey(pattern.System),
            RightPatternKind.Group => _content.Groups.Any(g => g.Name == pattern.Group),
            _ => _agencies.ContainsKey(pattern.Agency),
        };
        if (!known) Wrong(right, member, $"'{text}' names nothing in this document.");
    }

    private static bool MessageIdShape(string id) =>
        char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');

    private void Wrong(object item, string member, string detail)
    {
        var place = _places.Of(item);
        _mistakes.Add(place.Line, place.Path.Length == 0 ? member : $"{place.Path}.{member}", detail);
    }
}
