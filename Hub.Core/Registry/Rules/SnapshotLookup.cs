using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>A snapshot as rules ask for it, read where the snapshot keeps it: nothing stands in memory twice.</summary>
internal sealed class SnapshotLookup(RegistrySnapshot registry) : IRegistryLookup
{
    /// <inheritdoc/>
    public object? Find(string section, string id) => RegistryObjects.Find(registry, section, id) is { } found && !IsUsual(found) ? found : null;

    /// <inheritdoc/>
    public IEnumerable<object> All(string section) => RegistryObjects.Records(registry, section).Where(static r => !IsUsual(r));

    /// <inheritdoc/>
    public IEnumerable<object> MayName(string section, IReadOnlySet<(string Section, string Id)> names) => section switch
    {
        RegistrySections.Rights => registry.Rights.Naming(names),
        RegistrySections.Keys => Named(names, RegistrySections.Systems).Select(SystemAddress.Parse).SelectMany(KeysOf),
        RegistrySections.Systems when !Named(names, RegistrySections.Services).Any() =>
            Named(names, RegistrySections.Agencies).Select(AgencyCode.Parse).SelectMany(SystemsOf),
        _ => All(section),
    };

    /// <inheritdoc/>
    public IEnumerable<Holding> Holdings(string claim) => registry.Holdings(claim);

    /// <inheritdoc/>
    public IEnumerable<AgencySystem> SystemsOf(AgencyCode agency) => registry.SystemsOf(agency);

    /// <inheritdoc/>
    public IEnumerable<OwnedKey> KeysOf(SystemAddress system) =>
        registry.FindSystem(system)?.Keys.Select(key => new OwnedKey(system, key)) ?? [];

    private static IEnumerable<string> Named(IReadOnlySet<(string Section, string Id)> names, string section) =>
        names.Where(n => n.Section == section).Select(n => n.Id);

    // A snapshot always has a policy; as an object there is only one that says something.
    private static bool IsUsual(object record) => record is RegistryPolicy policy && Documents.ObjectForms.Policy.Members(policy).Count == 0;
}
