using System.Collections.Frozen;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>Which systems reorganisations have touched, and how long that holds: until the registry changes or the next instant
/// at which an agency closes or is split.</summary>
/// <param name="Version">Version of the registry; -1 when none was looked at.</param>
/// <param name="Until">From when on it no longer holds.</param>
/// <param name="Affected">Systems whose untaken deliveries may have to go.</param>
internal sealed record ReorganisationView(long Version, DateTimeOffset Until, FrozenSet<SystemAddress> Affected)
{
    internal static readonly ReorganisationView None = new(-1, DateTimeOffset.MinValue, []);

    internal static ReorganisationView Of(RegistrySnapshot registry, DateTimeOffset now)
    {
        var instants = registry.Reorganisations.Select(r => r.On).Concat(registry.Agencies.Select(a => a.ValidUntil ?? DateTimeOffset.MaxValue));
        var next = instants.Where(at => at > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        return new ReorganisationView(registry.Version, next, ReorganisationPolicy.Affected(registry, now).ToFrozenSet());
    }

    internal bool Holds(RegistrySnapshot registry, DateTimeOffset now) => registry.Version == Version && now < Until;
}
