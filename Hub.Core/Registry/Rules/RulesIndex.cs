using System.Runtime.InteropServices;
using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>Objects by ids and claims while a document or a patch is being checked; what is in force is read from its snapshot, see
/// <see cref="SnapshotLookup"/>. Not thread-safe.</summary>
internal sealed class RulesIndex : IRegistryLookup
{
    private readonly Dictionary<string, Dictionary<string, object>> _sections =
        RegistrySections.All.ToDictionary(s => s, _ => new Dictionary<string, object>(StringComparer.Ordinal));

    private readonly Dictionary<string, Holding[]> _holdings = new(StringComparer.Ordinal);
    private readonly Dictionary<AgencyCode, List<SystemAddress>> _systems = [];
    private readonly Dictionary<SystemAddress, List<string>> _keys = [];

    /// <summary>Indexes a content; of objects with the same id the first stays.</summary>
    internal static RulesIndex Of(RegistryContent content)
    {
        var index = new RulesIndex();
        foreach (var record in ObjectForms.Records(content)) index.TryAdd(record);
        return index;
    }

    /// <summary>Follows changes that were made: all of them, each section and id at most once.</summary>
    internal void Apply(IEnumerable<SnapshotChange> changes)
    {
        foreach (var change in changes)
        {
            Remove(change.Section, change.Id);
            if (change.Value is not null) TryAdd(change);
        }
    }

    /// <summary>Adds an object; false when its id is taken.</summary>
    internal bool TryAdd(SnapshotChange added)
    {
        var record = added.Value!;
        if (!_sections[added.Section].TryAdd(added.Id, record)) return false;
        foreach (var (claim, holder) in Claims.Of(record)) _holdings[claim] = [.. Holdings(claim), new Holding(added.Section, added.Id, holder)];
        if (record is AgencySystem system) ListOf(_systems, system.Address.Agency).Add(system.Address);
        if (record is OwnedKey key) ListOf(_keys, key.System).Add(added.Id);
        return true;
    }

    /// <inheritdoc/>
    public object? Find(string section, string id) => _sections[section].GetValueOrDefault(id);

    /// <inheritdoc/>
    public IEnumerable<object> All(string section) => _sections[section].Values;

    /// <inheritdoc/>
    public IEnumerable<Holding> Holdings(string claim) => _holdings.GetValueOrDefault(claim) ?? [];

    /// <inheritdoc/>
    public IEnumerable<AgencySystem> SystemsOf(AgencyCode agency) => _systems.TryGetValue(agency, out var addresses)
        ? addresses.Select(a => (AgencySystem)_sections[RegistrySections.Systems][a.ToString()])
        : [];

    /// <inheritdoc/>
    public IEnumerable<OwnedKey> KeysOf(SystemAddress system) => _keys.TryGetValue(system, out var ids)
        ? ids.Select(id => (OwnedKey)_sections[RegistrySections.Keys][id])
        : [];

    private void Remove(string section, string id)
    {
        if (!_sections[section].Remove(id, out var record)) return;
        foreach (var (claim, _) in Claims.Of(record))
            _holdings[claim] = [.. Holdings(claim).Where(h => h.Section != section || h.Id != id)];
        if (record is AgencySystem system) ListOf(_systems, system.Address.Agency).Remove(system.Address);
        if (record is OwnedKey key) ListOf(_keys, key.System).Remove(id);
    }

    private static List<TItem> ListOf<TKey, TItem>(Dictionary<TKey, List<TItem>> lists, TKey key)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out _) ??= [];
}
