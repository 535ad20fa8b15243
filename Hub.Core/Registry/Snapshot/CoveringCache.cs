using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Which patterns speak of a system in the era that was asked about last. Thread-safe; at most one entry to a system.</summary>
internal sealed class CoveringCache
{
    private readonly ConcurrentDictionary<SystemAddress, Known> _known = new();

    /// <param name="system">A registered system.</param>
    /// <param name="covering">Works it out when it is not known.</param>
    internal PatternEntry[] Of(SystemAddress system, PatternCovering covering)
    {
        var era = covering.Era;
        if (_known.TryGetValue(system, out var known) && known.Era == era) return known.Patterns;
        var patterns = covering.Of(system.Agency, system.System, asIfOpen: false);
        _known[system] = new Known(era, patterns);
        return patterns;
    }

    private sealed record Known(int Era, PatternEntry[] Patterns);
}
