using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hub.Contracts.Addresses;

namespace Hub.Core.Delivery;

/// <summary>When this node last saw each system: it called (sent, claimed, asked), or took what was pushed to it. In memory, one number
/// for each system. Thread-safe.</summary>
public sealed class SignsOfLife
{
    private readonly ConcurrentDictionary<SystemAddress, StrongBox<long>> _seen = new();

    /// <summary>A system lives.</summary>
    /// <param name="system">A registered system that has proved who it is, or that was reached where the registry says.</param>
    /// <param name="now">The instant.</param>
    public void Seen(SystemAddress system, DateTimeOffset now)
    {
        if (!_seen.TryGetValue(system, out var last)) last = _seen.GetOrAdd(system, static _ => new StrongBox<long>());
        Volatile.Write(ref last.Value, now.UtcTicks);
    }

    /// <summary>When a system was last seen by this node since it started; null: not yet.</summary>
    public DateTimeOffset? LastOf(SystemAddress system) =>
        _seen.TryGetValue(system, out var last) ? new DateTimeOffset(Volatile.Read(ref last.Value), TimeSpan.Zero) : null;
}
