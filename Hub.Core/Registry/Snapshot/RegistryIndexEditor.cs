using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Makes the next index from one and changes. What was validated before is taken as it is; used by one thread.</summary>
internal sealed class RegistryIndexEditor(RegistryIndex index)
{
    private readonly PersistentMap<string, Level>.Editor _levels = index.Levels.Edit();
    private readonly AgencyEditor _agencies = new(index);
    private readonly PersistentMap<string, TrustAnchor>.Editor _anchors = index.Anchors.Edit();
    private readonly PersistentMap<MessageType, Service>.Editor _services = index.Services.Edit();
    private readonly PersistentMap<string, Group>.Editor _groups = index.Groups.Edit();
    private readonly PersistentMap<string, Person>.Editor _people = index.People.Edit();
    private readonly PersistentMap<SystemAddress, AgencySystem>.Editor _systems = index.Systems.Edit();
    private readonly RightsTable.Editor _rights = index.Rights.Edit();
    private readonly ClaimsEditor _claims = new(index.Claims);
    private RegistryPolicy _policy = index.Policy;

    /// <summary>Makes an index of a whole content.</summary>
    internal static RegistryIndex Build(RegistryContent content)
    {
        var editor = new RegistryIndexEditor(RegistryIndex.Of(content.Hub)) { _policy = content.Policy };
        foreach (var level in content.Levels) editor._levels.Put(level.Code, level);
        foreach (var agency in content.Agencies) editor.PutAgency(agency.Code, agency);
        foreach (var code in content.Codes) editor.PutCode($"{code.Scheme} {code.Code}", code);
        foreach (var reorganisation in content.Reorganisations) editor._agencies.Put(reorganisation.Id, reorganisation);
        foreach (var anchor in content.Anchors) editor._anchors.Put(anchor.Name, anchor);
        foreach (var service in content.Services) editor._services.Put(service.Type, service);
        foreach (var group in content.Groups) editor._groups.Put(group.Name, group);
        foreach (var person in content.People) editor.PutPerson(person.Name, person);
        foreach (var system in content.Systems) editor.PutSystem(system.Address, Sorted(system));
        foreach (var right in content.Rights) editor._rights.Put(RightIds.Of(right), right);
        return editor.ToIndex();
    }

    internal void Apply(SnapshotChange change)
    {
        var (section, id, value) = change;
        switch (section)
        {
            case RegistrySections.Policy:
                _policy = (RegistryPolicy?)value ?? new RegistryPolicy();
                break;
            case RegistrySections.Levels:
                _levels.Put(id, (Level?)value);
                break;
            case RegistrySections.Agencies:
                PutAgency(AgencyCode.Parse(id), (Agency?)value);
                break;
            case RegistrySections.Codes:
                PutCode(id, (CodeEntry?)value);
                break;
            case RegistrySections.Reorganisations:
                _agencies.Put(id, (Reorganisation?)value);
                break;
            case RegistrySections.Anchors:
                _anchors.Put(id, (TrustAnchor?)value);
                break;
            case RegistrySections.Services:
                _services.Put(MessageType.Parse(id), (Service?)value);
                break;
            case RegistrySections.Groups:
                _groups.Put(id, (Group?)value);
                break;
            case RegistrySections.People:
                PutPerson(id, (Person?)value);
                break;
            case RegistrySections.Systems:
                var address = SystemAddress.Parse(id);
                PutSystem(address, value is AgencySystem system ? system with { Keys = _systems.Find(address)?.Keys ?? [] } : null);
                break;
            case RegistrySections.Keys:
                PutKey(id, (OwnedKey?)value);
                break;
            case RegistrySections.Rights:
                _rights.Put(id, (Right?)value);
                break;
            default:
                throw new ArgumentException($"'{section}' is no section of a registry.", nameof(change));
        }
    }

    internal RegistryIndex ToIndex() => _agencies.Into(index) with
    {
        Policy = _policy,
        Levels = _levels.ToMap(),
        Anchors = _anchors.ToMap(),
        Services = _services.ToMap(),
        Groups = _groups.ToMap(),
        People = _people.ToMap(),
        Systems = _systems.ToMap(),
        Rights = _rights.ToTable(),
        Claims = _claims.ToMap(),
    };

    private void PutAgency(AgencyCode code, Agency? agency)
    {
        _claims.Replace(RegistrySections.Agencies, code.Value, _agencies.Find(code), agency);
        _agencies.Put(code, agency);
    }

    private void PutCode(string id, CodeEntry? entry)
    {
        _claims.Replace(RegistrySections.Codes, id, _agencies.FindCode(id), entry);
        _agencies.Put(id, entry);
    }

    private void PutPerson(string name, Person? person)
    {
        _claims.Replace(RegistrySections.People, name, _people.Find(name), person);
        _people.Put(name, person);
    }

    private void PutSystem(SystemAddress address, AgencySystem? system)
    {
        _claims.ReplaceKeys(_systems.Find(address), system);
        _systems.Put(address, system);
        _agencies.PutSystem(address, system);
    }

    private static AgencySystem Sorted(AgencySystem system) => system.Keys.Count < 2
        ? system
        : system with { Keys = [.. system.Keys.OrderBy(k => k.Key.Id, StringComparer.Ordinal)] };

    private void PutKey(string id, OwnedKey? key)
    {
        var space = id.IndexOf(' ', StringComparison.Ordinal);
        var name = id[(space + 1)..];
        if (_systems.Find(SystemAddress.Parse(id[..space])) is not { } system) return;
        var others = system.Keys.Where(k => k.Key.Id != name);
        PutSystem(system.Address, system with
        {
            Keys = key is null ? [.. others] : [.. others.Append(key.Key).OrderBy(k => k.Key.Id, StringComparer.Ordinal)],
        });
    }
}
