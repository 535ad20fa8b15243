using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hub.Contracts.Addresses;

namespace Hub.Core.Delivery;

/// <summary>The breakers of this node that are not closed, for those who look: metrics and operators. Each node has its own, in
/// memory: after a restart they are closed. Thread-safe.</summary>
public sealed class SystemBreakers
{
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Gauge<int> States = Meter.CreateGauge<int>(
        "hub.breaker.state", "{state}", "Breakers of systems that failed: 0 closed again, 1 half-open, 2 open.");

    private readonly ConcurrentDictionary<SystemAddress, Breaker> _open = new();

    /// <summary>Those that are not closed.</summary>
    public IReadOnlyCollection<KeyValuePair<SystemAddress, Breaker>> NotClosed => [.. _open];

    internal void Changed(SystemAddress system, Breaker breaker, DateTimeOffset now)
    {
        if (breaker.Since is null) _open.TryRemove(system, out _);
        else _open[system] = breaker;
        Record(system, breaker.PhaseAt(now));
    }

    internal void Record(SystemAddress system, BreakerPhase phase) =>
        States.Record((int)phase, new KeyValuePair<string, object?>("system", system.ToString()));
}
