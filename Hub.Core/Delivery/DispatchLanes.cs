using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>The lanes of the systems that the dispatcher has work for. Not thread-safe: the dispatcher's loop alone uses it.</summary>
internal sealed class DispatchLanes(IRegistry registry, DeliveryAttempts attempts)
{
    private readonly Dictionary<SystemAddress, SystemLane> _lanes = [];
    private int _turn;

    /// <summary>Claimed and not yet started, of all systems.</summary>
    internal IReadOnlyList<DeliveryRecord> Waiting => [.. _lanes.Values.SelectMany(l => l.Waiting)];

    /// <summary>Deliveries that are claimed: waiting or in flight.</summary>
    internal int Held => _lanes.Values.Sum(l => l.Waiting.Count + l.InFlight);

    /// <summary>Attempts in flight, to systems that answer and to suspects.</summary>
    internal (int Prompt, int Suspect) InFlight(DateTimeOffset now)
    {
        var suspects = _lanes.Values.Where(l => l.IsSuspect(now)).Sum(l => l.InFlight);
        return (_lanes.Values.Sum(l => l.InFlight) - suspects, suspects);
    }

    /// <summary>The system of an address, when the hub itself serves it.</summary>
    internal AgencySystem? Find(SystemAddress address) =>
        registry.Current.FindSystem(address) is { } system && attempts.Serves(system) ? system : null;

    /// <summary>A system may have deliveries that are due.</summary>
    internal void MarkReady(SystemAddress address)
    {
        if (Find(address) is null) return;
        if (!_lanes.TryGetValue(address, out var lane)) _lanes.Add(address, lane = new SystemLane(address));
        lane.MayHaveMore = true;
    }

    /// <summary>An attempt has ended; a lane without work and without failures is forgotten.</summary>
    internal void End(SystemLane lane, DateTimeOffset started, bool failed)
    {
        lane.End(started, failed);
        if (lane.IsIdle) _lanes.Remove(lane.Address);
    }

    /// <summary>All lanes, each time beginning with another one.</summary>
    internal IEnumerable<SystemLane> InTurn()
    {
        var lanes = _lanes.Values.ToArray();
        var first = lanes.Length == 0 ? 0 : _turn++ % lanes.Length;
        return lanes.Skip(first).Concat(lanes.Take(first));
    }
}
