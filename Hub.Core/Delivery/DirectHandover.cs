using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>The short way of a fresh delivery: it is written as claimed by this node's dispatcher, and handed to it in memory once
/// that is durable, so that nobody has to find, claim and read it. Thread-safe.</summary>
/// <remarks>
/// <para>A system's place is open while the store holds nothing for it that is due: a claim found fewer than it asked for, and nothing
/// was queued since. Whatever is queued closes the place at once, so that nothing fresh overtakes what waits; the next claim that
/// finds the store empty opens it again. A suspect system, and one whose lane is full, gets nothing this way.</para>
/// <para>Failure policy: a grant whose commit fails is returned. When the process dies between commit and push, the claim is one
/// like any other: released at the next start, by who takes this node's work over, or by its end.</para>
/// </remarks>
internal sealed class DirectHandover
{
    /// <summary>Most deliveries in hand for which this way is still open; the rest of the dispatcher's places is left to claims.</summary>
    private const int MostHeld = 512;

    private const int MostHeldOfOne = 256;
    private const int MostPlaces = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<SystemAddress, Place> _places = [];
    private List<HeldDelivery> _handed = [];
    private DirectTaker? _taker;
    private bool _isOpen;
    private TaskCompletionSource? _settled;
    private int _pending;
    private int _held;

    /// <summary>A dispatcher takes deliveries from now on, and no other one does.</summary>
    internal void Begin(DirectTaker taker)
    {
        lock (_gate)
        {
            foreach (var place in _places.Values) place.Close();
            (_taker, _isOpen, _settled, _held) = (taker, true, null, 0);
        }
    }

    /// <summary>No more grants; completes when every grant was used or returned.</summary>
    internal Task EndAsync(DirectTaker taker)
    {
        lock (_gate)
        {
            if (_taker != taker) return Task.CompletedTask;
            _isOpen = false;
            if (_pending == 0) return Task.CompletedTask;
            return (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Leave to hand a delivery over that is due now; null when it has to be queued, which closes the place. Called inside
    /// the commit that writes the delivery.</summary>
    internal DirectGrant? TryGrant(SystemAddress recipient, long octets, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isOpen || _taker is not { Node.Trouble: null } taker || !_places.TryGetValue(recipient, out var place)) return null;
            if (!place.Takes(now) || _pending + _handed.Count + _held >= MostHeld || taker.Budget.TryTake(octets) is not { } room)
            {
                place.Close();
                return null;
            }

            place.Pending++;
            _pending++;
            return new DirectGrant(recipient, taker.Node.Number, now, now + place.Lease, room);
        }
    }

    /// <summary>The commit did not come about.</summary>
    internal void Return(DirectGrant grant)
    {
        grant.Room.Dispose();
        lock (_gate) Settle(grant.Recipient);
    }

    /// <summary>The delivery is durable: the dispatcher has it.</summary>
    internal void Hand(DirectGrant grant, DeliveryRecord delivery, MessageRecord message, ReadOnlyMemory<byte> octets)
    {
        DirectTaker? taker;
        lock (_gate)
        {
            if (Settle(grant.Recipient) is { } place) place.NotTaken++;
            _handed.Add(new HeldDelivery(delivery, new FreshCopy(message, octets, grant.Room, grant.Granted)));
            taker = _taker;
        }

        taker?.Wake();
    }

    /// <summary>What was handed over since the last call, in order.</summary>
    internal List<HeldDelivery> Take(DirectTaker taker)
    {
        lock (_gate)
        {
            if (_taker != taker || _handed.Count == 0) return [];
            var taken = _handed;
            _handed = [];
            _held += taken.Count;
            foreach (var held in taken)
            {
                if (!_places.TryGetValue(held.Delivery.Recipient, out var place)) continue;
                place.NotTaken--;
                place.Held++;
            }

            return taken;
        }
    }

    /// <summary>Something is or will be due for a system that did not come this way.</summary>
    internal void Close(SystemAddress recipient)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(recipient, out var place)) place.Close();
        }
    }

    /// <summary>How often a system's place was closed so far: asked for inside a claim's commit, and told to <see cref="Open"/>.</summary>
    internal long Closings(SystemAddress recipient)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(recipient, out var place)) return place.Closings;
            if (_places.Count >= MostPlaces) Forget();
            _places.Add(recipient, place = new Place());
            return place.Closings;
        }
    }

    /// <summary>A claim left nothing in the store that is due: the place is open, unless something was queued since.</summary>
    /// <param name="recipient">The system.</param>
    /// <param name="closings">What <see cref="Closings"/> said inside the claim's commit.</param>
    /// <param name="nextDue">When the store will have something due again, as far as it knows.</param>
    internal void Open(SystemAddress recipient, long closings, DateTimeOffset? nextDue)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(recipient, out var place) || place.Closings != closings) return;
            (place.IsOpen, place.NextDue) = (true, nextDue ?? DateTimeOffset.MaxValue);
        }
    }

    /// <summary>What the dispatcher holds of a system, and what it may hold.</summary>
    /// <param name="lane">The system's lane.</param>
    /// <param name="policy">The system's policy; null when it is not served any more.</param>
    /// <param name="now">The instant.</param>
    internal void Update(SystemLane lane, DeliveryPolicy? policy, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(lane.Address, out var place)) return;
            place.Held = lane.Held;
            place.Limit = policy is null || lane.IsSuspect(now) ? 0 : Math.Min(SystemLane.Most(policy), MostHeldOfOne);
            if (policy is not null) place.Lease = LaneClaims.LeaseOf(policy);
        }
    }

    /// <summary>What the dispatcher holds of all systems.</summary>
    internal void Update(int held)
    {
        lock (_gate) _held = held;
    }

    private Place? Settle(SystemAddress recipient)
    {
        _pending--;
        if (_pending == 0) _settled?.TrySetResult();
        if (!_places.TryGetValue(recipient, out var place)) return null;
        place.Pending--;
        return place;
    }

    private void Forget()
    {
        foreach (var (address, _) in _places.Where(static p => p.Value is { Pending: 0, NotTaken: 0, Held: 0 }).ToList()) _places.Remove(address);
    }

    private sealed class Place
    {
        internal bool IsOpen { get; set; }

        internal DateTimeOffset NextDue { get; set; }

        internal int Pending { get; set; }

        internal int NotTaken { get; set; }

        internal int Held { get; set; }

        internal int Limit { get; set; }

        internal TimeSpan Lease { get; set; }

        internal long Closings { get; private set; }

        internal bool Takes(DateTimeOffset now) => IsOpen && now < NextDue && Held + NotTaken + Pending < Limit;

        internal void Close()
        {
            IsOpen = false;
            Closings++;
        }
    }
}
