using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>Applies changes to a whole content: the plain meaning of <see cref="RegistrySnapshot.With"/>. Pure.</summary>
internal static class ContentChanges
{
    internal static RegistryContent Apply(RegistryContent content, IReadOnlyList<SnapshotChange> changes)
    {
        foreach (var change in changes.OrderBy(c => RegistrySections.PlaceOf(c.Section))) content = Apply(content, change);
        return content;
    }

    private static RegistryContent Apply(RegistryContent content, SnapshotChange change) => change.Section switch
    {
        RegistrySections.Policy => content with { Policy = (RegistryPolicy?)change.Value ?? new RegistryPolicy() },
        RegistrySections.Levels => content with { Levels = Put(content.Levels, l => l.Code, change) },
        RegistrySections.Agencies => content with { Agencies = Put(content.Agencies, a => a.Code.Value, change) },
        RegistrySections.Codes => content with { Codes = Put(content.Codes, c => $"{c.Scheme} {c.Code}", change) },
        RegistrySections.Reorganisations => content with { Reorganisations = Put(content.Reorganisations, r => r.Id, change) },
        RegistrySections.Anchors => content with { Anchors = Put(content.Anchors, a => a.Name, change) },
        RegistrySections.Services => content with { Services = Put(content.Services, s => s.Type.Value, change) },
        RegistrySections.Groups => content with { Groups = Put(content.Groups, g => g.Name, change) },
        RegistrySections.People => content with { People = Put(content.People, p => p.Name, change) },
        RegistrySections.Systems => content with { Systems = Put(content.Systems, s => s.Address.ToString(), WithKeys(content, change)) },
        RegistrySections.Keys => content with { Systems = [.. content.Systems.Select(s => PutKey(s, change))] },
        _ => content with { Rights = Put(content.Rights, r => r.Id ?? "", change) },
    };

    private static SnapshotChange WithKeys(RegistryContent content, SnapshotChange change) => change.Value is AgencySystem system
        ? change with { Value = system with { Keys = content.Systems.FirstOrDefault(s => s.Address == system.Address)?.Keys ?? [] } }
        : change;

    private static AgencySystem PutKey(AgencySystem system, SnapshotChange change)
    {
        var prefix = system.Address + " ";
        return change.Id.StartsWith(prefix, StringComparison.Ordinal)
            ? system with { Keys = Put(system.Keys, k => prefix + k.Key.Id, change with { Value = ((OwnedKey?)change.Value)?.Key }) }
            : system;
    }

    private static IReadOnlyList<T> Put<T>(IReadOnlyList<T> items, Func<T, string> id, SnapshotChange change)
        where T : class
    {
        var others = items.Where(i => id(i) != change.Id);
        return change.Value is T value ? [.. others.Append(value).OrderBy(id, StringComparer.Ordinal)] : [.. others];
    }
}
