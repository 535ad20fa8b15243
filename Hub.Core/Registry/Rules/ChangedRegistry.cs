using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>A registry as it would be after changes, at the cost of the changes alone.</summary>
internal sealed class ChangedRegistry : IRegistryLookup
{
    private readonly IRegistryLookup _before;
    private readonly Dictionary<(string Section, string Id), object?> _changed = [];
    private readonly RulesIndex _added = new();

    internal ChangedRegistry(IRegistryLookup before, IEnumerable<SnapshotChange> changes)
    {
        _before = before;
        foreach (var change in changes)
        {
            _changed[(change.Section, change.Id)] = change.Value;
            if (change.Value is not null) _added.TryAdd(change);
        }
    }

    /// <inheritdoc/>
    public object? Find(string section, string id) => _changed.TryGetValue((section, id), out var record) ? record : _before.Find(section, id);

    /// <inheritdoc/>
    public IEnumerable<object> All(string section) => Unchanged(section, _before.All(section)).Concat(_added.All(section));

    /// <inheritdoc/>
    public IEnumerable<object> MayName(string section, IReadOnlySet<(string Section, string Id)> names) =>
        Unchanged(section, _before.MayName(section, names)).Concat(_added.All(section));

    /// <inheritdoc/>
    public IEnumerable<Holding> Holdings(string claim) =>
        _before.Holdings(claim).Where(h => !_changed.ContainsKey((h.Section, h.Id))).Concat(_added.Holdings(claim));

    /// <inheritdoc/>
    public IEnumerable<AgencySystem> SystemsOf(AgencyCode agency) =>
        Unchanged(RegistrySections.Systems, _before.SystemsOf(agency)).Concat(_added.SystemsOf(agency));

    /// <inheritdoc/>
    public IEnumerable<OwnedKey> KeysOf(SystemAddress system) =>
        Unchanged(RegistrySections.Keys, _before.KeysOf(system)).Concat(_added.KeysOf(system));

    private IEnumerable<T> Unchanged<T>(string section, IEnumerable<T> records)
        where T : class
    {
        var form = ObjectForms.Of(section);
        return _changed.Keys.Any(k => k.Section == section) ? records.Where(r => !_changed.ContainsKey((section, form.IdOf(r)))) : records;
    }
}
