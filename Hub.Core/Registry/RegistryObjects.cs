using System.Runtime.CompilerServices;
using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry;

/// <summary>The objects of a snapshot by section and id, as lists and one by one. Thread-safe: the order of a section is worked out
/// once for each snapshot, when first asked.</summary>
public static class RegistryObjects
{
    private static readonly ConditionalWeakTable<RegistrySnapshot, Dictionary<string, KeyValuePair<string, object>[]>> Ordered = [];

    /// <summary>The normal form of a record of the model.</summary>
    /// <param name="record">As in <see cref="List"/>.</param>
    public static RegistryObject Of(object record) => ObjectForms.ToObject(record);

    /// <summary>Reads the normal form of an object back into its record.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or was removed.</exception>
    public static object Read(RegistryObject stored) => ObjectForms.Read(stored);

    /// <summary>The objects of a section, by id (ordinal): <see cref="RegistryPolicy"/>, <see cref="Level"/>, <see cref="Agency"/>,
    /// <see cref="CodeEntry"/>, <see cref="Reorganisation"/>, <see cref="TrustAnchor"/>, <see cref="Service"/>, <see cref="Group"/>,
    /// <see cref="Person"/>, <see cref="AgencySystem"/>, <see cref="OwnedKey"/> or <see cref="Right"/>.</summary>
    /// <param name="registry">The snapshot.</param>
    /// <param name="section">One of <see cref="RegistrySections"/>.</param>
    public static IReadOnlyList<KeyValuePair<string, object>> List(RegistrySnapshot registry, string section)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var sections = Ordered.GetOrCreateValue(registry);
        lock (sections)
        {
            if (!sections.TryGetValue(section, out var list))
            {
                list = [.. Records(registry, section).Select(static r => KeyValuePair.Create(ObjectForms.Name(r).Id, r))];
                Array.Sort(list, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
                sections.Add(section, list);
            }

            return list;
        }
    }

    /// <summary>One object, or null.</summary>
    /// <param name="registry">The snapshot.</param>
    /// <param name="section">One of <see cref="RegistrySections"/>.</param>
    /// <param name="id">What names it, exactly.</param>
    public static object? Find(RegistrySnapshot registry, string section, string id)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(id);
        return section switch
        {
            RegistrySections.Policy => id == RegistrySections.Policy ? registry.Policy : null,
            RegistrySections.Agencies => AgencyCode.TryParse(id, out var code) && registry.FindAgency(code) is { } agency && agency.Code == code ? agency : null,
            RegistrySections.Systems => SystemAddress.TryParse(id, out var address) ? registry.FindSystem(address) : null,
            RegistrySections.Keys => FindKey(registry, id),
            RegistrySections.Services => MessageType.TryParse(id, out var type) && !RegistrySnapshot.IsProtocol(type) ? registry.FindService(type) : null,
            RegistrySections.Groups => registry.FindGroup(id),
            RegistrySections.People => registry.FindPerson(id),
            RegistrySections.Rights => registry.FindRight(id),
            RegistrySections.Levels => registry.FindLevel(id),
            RegistrySections.Codes => registry.FindCode(id),
            RegistrySections.Reorganisations => registry.FindReorganisation(id),
            RegistrySections.Anchors => registry.FindAnchor(id),
            _ => throw new ArgumentException($"'{section}' is no section of a registry.", nameof(section)),
        };
    }

    private static OwnedKey? FindKey(RegistrySnapshot registry, string id) =>
        id.Split(' ', 2) is [var owner, var name] && SystemAddress.TryParse(owner, out var address)
        && registry.FindSystem(address)?.Keys.FirstOrDefault(k => k.Key.Id == name) is { } key
            ? new OwnedKey(address, key)
            : null;

    internal static IEnumerable<object> Records(RegistrySnapshot registry, string section) => section switch
    {
        RegistrySections.Policy => [registry.Policy],
        RegistrySections.Levels => registry.Levels,
        RegistrySections.Agencies => registry.Agencies,
        RegistrySections.Codes => registry.Codes,
        RegistrySections.Reorganisations => registry.Reorganisations,
        RegistrySections.Anchors => registry.Anchors,
        RegistrySections.Services => registry.Services,
        RegistrySections.Groups => registry.Groups,
        RegistrySections.People => registry.People,
        RegistrySections.Systems => registry.Systems,
        RegistrySections.Keys => registry.Systems.SelectMany(static s => s.Keys, static (s, key) => (object)new OwnedKey(s.Address, key)),
        RegistrySections.Rights => registry.AllRights,
        _ => throw new ArgumentException($"'{section}' is no section of a registry.", nameof(section)),
    };
}
