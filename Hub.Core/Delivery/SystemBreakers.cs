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

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SystemAddress, Breaker> _open = new();
    private DateTimeOffset _reported;

    /// <summary>Those that are not closed.</summary>
    public IReadOnlyCollection<KeyValuePair<SystemAddress, Breaker>> NotClosed => [.. _open];

    internal void Changed(SystemAddress system, Breaker breaker, DateTimeOffset now)
    {
        if (breaker.Since is null) _open.TryRemove(system, out _);
        else _open[system] = breaker;
        Record(system, breaker.PhaseAt(now));
    }

    /// <summary>Says what those that are not closed do now, since open ones become half-open by themselves; once a second at most. The dispatcher's
    /// loop alone calls it.</summary>
    internal void Report(DateTimeOffset now)
    {
        if (_open.IsEmpty || (now - _reported).Duration() < ReportInterval) return;
        _reported = now;
        foreach (var (system, breaker) in _open) Record(system, breaker.PhaseAt(now));
    }

    private static void Record(SystemAddress system, BreakerPhase phase) =>
        States.Record((int)phase, new KeyValuePair<string, object?>("system", system.ToString()));
}
