using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Groups as they were last expanded, by group, type and era; those by rule also by version of the registry, which their
/// reason names. Thread-safe; bounded, and emptied when full.</summary>
internal sealed class ExpansionCache
{
    private const int MaxGroups = 32;
    private readonly ConcurrentDictionary<(string Group, MessageType Type, int Era, long Version), GroupExpansion> _known = new();

    internal GroupExpansion Of(RegistrySnapshot registry, Group group, MessageType type, DateTimeOffset at)
    {
        var name = (group.Name, type, registry.Times.EraOf(at), group.Rule is null ? 0 : registry.Version);
        if (_known.TryGetValue(name, out var known)) return known;
        if (_known.Count >= MaxGroups) _known.Clear();
        return _known[name] = new GroupExpansion(registry, group, type, at);
    }
}
