using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Edits all that hangs on agencies: records, other codes, reorganisations, systems, and the timelines made of them.</summary>
internal sealed class AgencyEditor(RegistryIndex index)
{
    private readonly PersistentMap<AgencyCode, AgencyNode>.Editor _nodes = index.Agencies.Edit();
    private readonly PersistentMap<CodeName, IReadOnlyList<CodeOwner>>.Editor _owners = index.Owners.Edit();
    private readonly PersistentMap<string, CodeEntry>.Editor _codes = index.Codes.Edit();
    private readonly PersistentMap<string, Reorganisation>.Editor _reorganisations = index.Reorganisations.Edit();
    private readonly HashSet<AgencyCode> _stale = [];
    private readonly Dictionary<AgencyCode, bool> _exists = [];
    private object _dates = index.Dates;
    private readonly Dictionary<AgencyCode, SortedDictionary<string, AgencySystem>> _systems = [];

    internal RegistryIndex Into(RegistryIndex before)
    {
        foreach (var code in _stale)
        {
            var node = Node(code);
            if (_systems.TryGetValue(code, out var systems)) node = node with { Systems = [.. systems.Values] };
            if (!ReferenceEquals(node.Record, node.Timeline?.Agency) || !ReferenceEquals(node.Acts, node.Timeline?.Acts))
                node = node with { Timeline = node.Record is null ? null : new AgencyTimeline(node.Record, node.Acts) };
            _nodes.Put(code, node.IsEmpty ? null : node);
        }

        return before with
        {
            Dates = _dates, Agencies = _nodes.ToMap(), AgencyCodes = Codes(before.AgencyCodes), Owners = _owners.ToMap(), Codes = _codes.ToMap(), Reorganisations = _reorganisations.ToMap(),
        };
    }

    internal Agency? Find(AgencyCode code) => _nodes.Find(code)?.Record;

    internal CodeEntry? FindCode(string id) => _codes.Find(id);

    internal void Put(AgencyCode code, Agency? agency)
    {
        _dates = new object();
        var (node, source) = (Node(code), "agency " + code);
        Disown(node.Record?.LegacyCode?.Value, territory: false, source);
        Disown(node.Record?.TerritoryCode, territory: true, source);
        Own(agency?.LegacyCode?.Value, territory: false, new CodeOwner(code, null, null, source));
        Own(agency?.TerritoryCode, territory: true, new CodeOwner(code, null, null, source));
        if ((node.Record is null) != (agency is null)) _exists[code] = agency is not null;
        Put(node with { Record = agency });
    }

    internal void Put(string id, CodeEntry? entry)
    {
        _dates = new object();
        var source = "code " + id;
        if (_codes.Find(id) is { } old) Disown(old.Code, IsTerritory(old), source);
        if (entry is not null) Own(entry.Code, IsTerritory(entry), new CodeOwner(entry.Agency, entry.ValidFrom, entry.ValidUntil, source));
        _codes.Put(id, entry);
    }

    internal void Put(string id, Reorganisation? reorganisation)
    {
        _dates = new object();
        var old = _reorganisations.Find(id);
        _reorganisations.Put(id, reorganisation);
        var added = (reorganisation?.Acts ?? []).ToLookup(a => a.Agency, a => new DatedAct(reorganisation!, a));
        foreach (var code in added.Select(a => a.Key).Union(old?.Acts.Select(a => a.Agency) ?? []))
        {
            var node = Node(code);
            var acts = node.Acts.Where(a => a.Reorganisation.Id != id).Concat(added[code]);
            Put(node with { Acts = [.. acts.OrderBy(a => a.Reorganisation.On).ThenBy(a => a.Reorganisation.Id, StringComparer.Ordinal)] });
        }

        foreach (var (heir, from) in Heirs(old).Union(Heirs(reorganisation)))
        {
            var node = Node(heir);
            var remains = Node(from).Acts.Any(a => a.Act.Successors.Any(s => s.Agency == heir));
            var others = node.Predecessors.Where(p => p != from);
            Put(node with { Predecessors = remains ? [.. others, from] : [.. others] });
        }
    }

    internal void PutSystem(SystemAddress address, AgencySystem? system)
    {
        if (!_systems.TryGetValue(address.Agency, out var systems))
        {
            systems = new SortedDictionary<string, AgencySystem>(StringComparer.Ordinal);
            foreach (var known in Node(address.Agency).Systems) systems.Add(known.Address.System, known);
            _systems.Add(address.Agency, systems);
            _stale.Add(address.Agency);
        }

        if (system is null) systems.Remove(address.System);
        else systems[address.System] = system;
    }

    private AgencyCode[] Codes(AgencyCode[] before)
    {
        if (_exists.Count == 0) return before;
        var added = _exists.Where(e => e.Value).Select(e => e.Key).Except(before).OrderBy(c => c.Value, StringComparer.Ordinal).ToArray();
        var after = new List<AgencyCode>(before.Length + added.Length);
        var next = 0;
        foreach (var code in before)
        {
            while (next < added.Length && string.CompareOrdinal(added[next].Value, code.Value) < 0) after.Add(added[next++]);
            if (!_exists.TryGetValue(code, out var stays) || stays) after.Add(code);
        }

        return [.. after, .. added[next..]];
    }

    private static IEnumerable<(AgencyCode Heir, AgencyCode From)> Heirs(Reorganisation? reorganisation) =>
        reorganisation?.Acts.SelectMany(a => a.Successors, (act, s) => (s.Agency, act.Agency)) ?? [];

    private static bool IsTerritory(CodeEntry entry) => entry.Scheme == "territory";

    private AgencyNode Node(AgencyCode code) => _nodes.Find(code) ?? new AgencyNode(code);

    private void Put(AgencyNode node)
    {
        _nodes.Put(node.Code, node);
        _stale.Add(node.Code);
    }

    private void Own(string? code, bool territory, CodeOwner owner)
    {
        if (code is null) return;
        var name = new CodeName(territory, code);
        var owners = (_owners.Find(name) ?? []).Append(owner);
        _owners.Put(name, [.. owners.OrderBy(o => o.Agency.Value, StringComparer.Ordinal).ThenBy(o => o.Source, StringComparer.Ordinal)]);
    }

    private void Disown(string? code, bool territory, string source)
    {
        if (code is null) return;
        var name = new CodeName(territory, code);
        var others = (_owners.Find(name) ?? []).Where(o => o.Source != source).ToList();
        _owners.Put(name, others.Count == 0 ? null : others);
    }
}
