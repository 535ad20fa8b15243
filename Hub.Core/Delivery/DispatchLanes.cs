using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>The lanes of the systems that the dispatcher has work for. Not thread-safe: the dispatcher's loop alone uses it.</summary>
internal sealed class DispatchLanes(IRegistry registry, DeliveryAttempts attempts, DirectHandover direct, DirectTaker taker, SystemBreakers breakers)
{
    private const int MostPaces = 20_000;

    private readonly Dictionary<SystemAddress, SystemLane> _lanes = [];
    private readonly Dictionary<SystemAddress, LanePace> _paces = [];

    /// <summary>Turns at claiming.</summary>
    internal LaneTurns Claiming { get; } = new();

    /// <summary>Turns at starting attempts.</summary>
    internal LaneTurns Starting { get; } = new();

    /// <summary>Claimed and not yet started, of all systems.</summary>
    internal IReadOnlyList<HeldDelivery> Waiting => [.. _lanes.Values.SelectMany(static l => l.NotStarted)];

    /// <summary>Deliveries that are claimed: waiting or in flight.</summary>
    internal int Held
    {
        get
        {
            var held = 0;
            foreach (var lane in _lanes.Values) held += lane.Held;
            return held;
        }
    }

    /// <summary>Lanes that are kept.</summary>
    internal int Count => _lanes.Count;

    /// <summary>Attempts in flight, to systems that answer and to suspects.</summary>
    internal (int Prompt, int Suspect) InFlight(DateTimeOffset now)
    {
        var (prompt, suspects) = (0, 0);
        foreach (var lane in _lanes.Values)
        {
            if (lane.IsSuspect(now)) suspects += lane.InFlight;
            else prompt += lane.InFlight;
        }

        return (prompt, suspects);
    }

    /// <summary>The system of an address, when the hub itself serves it.</summary>
    internal AgencySystem? Find(SystemAddress address) =>
        registry.Current.FindSystem(address) is { } system && attempts.Serves(system) ? system : null;

    /// <summary>Whether a system's agency is closed, so that only <c>hub.*</c> messages are brought to it.</summary>
    internal bool IsClosed(SystemAddress address, DateTimeOffset now) => ReorganisationPolicy.IsClosed(registry.Current, address, now);

    /// <summary>The store may have deliveries of a system that are due, which nothing fresh may overtake.</summary>
    internal void MarkReady(SystemAddress address)
    {
        direct.Close(address);
        MayHaveMore(address);
    }

    /// <summary>As <see cref="MarkReady"/>, when the direct way was told before.</summary>
    internal void MayHaveMore(SystemAddress address)
    {
        if (Find(address) is not null) LaneOf(address).MayHaveMore = true;
    }

    /// <summary>Takes what came straight from the commits that accepted it.</summary>
    internal void TakeHanded()
    {
        var handed = direct.Take(taker);
        if (handed.Count == 0) return;
        foreach (var (held, isBehind) in handed)
        {
            var lane = LaneOf(held.Delivery.Recipient);
            if (isBehind) lane.AddBehind(held);
            else lane.Add(held);
        }

        DeliveryMetrics.Claimed("direct", handed.Count);
    }

    /// <summary>Tells who may hand over directly what is held, and what may be.</summary>
    internal void Publish(DateTimeOffset now)
    {
        foreach (var lane in _lanes.Values) direct.Update(lane, Find(lane.Address)?.Policy, now);
        direct.Update(Held);
        breakers.Report(now);
    }

    /// <summary>Forgets what is claimed and not yet started; whatever is still this node's is claimed afresh.</summary>
    internal void DropWaiting()
    {
        foreach (var lane in _lanes.Values) lane.Drop();
    }

    /// <summary>Forgets a lane that has no work and no failures to remember, or whose system is gone.</summary>
    internal void ForgetIfIdle(SystemLane lane)
    {
        if (!lane.IsEmpty || (lane.HasFailed && Find(lane.Address) is not null)) return;
        _lanes.Remove(lane.Address);
        if (lane.HasFailed) breakers.Changed(lane.Address, Breaker.Closed, DateTimeOffset.MinValue);
        Claiming.Remove(lane);
        Starting.Remove(lane);
        direct.Update(lane, Find(lane.Address)?.Policy, DateTimeOffset.MinValue);
    }

    private SystemLane LaneOf(SystemAddress address)
    {
        if (_lanes.TryGetValue(address, out var lane)) return lane;
        _lanes.Add(address, lane = new SystemLane(address, PaceOf(address), breakers));
        Claiming.Add(lane);
        Starting.Add(lane);
        return lane;
    }

    /// <summary>It outlasts the lane, which goes whenever there is nothing to do.</summary>
    private LanePace PaceOf(SystemAddress address)
    {
        if (_paces.TryGetValue(address, out var pace)) return pace;
        if (_paces.Count >= MostPaces) _paces.Clear();
        _paces.Add(address, pace = new LanePace());
        return pace;
    }
}
