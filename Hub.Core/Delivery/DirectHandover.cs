using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>The short way of a fresh delivery: it is written as claimed by this node's dispatcher, and handed to it in memory once
/// that is durable, so that nobody has to find, claim and read it. Thread-safe.</summary>
/// <remarks>
/// <para>Nothing fresh overtakes what waits in the store. A system's place is <b>open</b> while the store holds nothing for it that is
/// due: a claim found fewer than it asked for, and nothing was queued since. Whatever is queued makes it go <b>behind</b>: what is handed over
/// then waits in the dispatcher's hands until a claim that began later has taken all that is due. It is <b>closed</b> from when something
/// had to be queued for want of room, or a claim left some, until a claim takes all: so that a system with more work than it can
/// hold finds back as soon as it has caught up, however steadily more comes. A suspect system gets nothing this way.</para>
/// <para>Failure policy: a grant whose commit fails is returned. When the process dies between commit and push, the claim is one
/// like any other: released at the next start, by who takes this node's work over, or by its end.</para>
/// </remarks>
internal sealed class DirectHandover
{
    /// <summary>Most deliveries in hand for which this way is still open; the rest of the dispatcher's places is left to claims.</summary>
    private const int MostHeld = 1_024;

    private const int MostPlaces = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<SystemAddress, Place> _places = [];
    private List<(DirectGrant Grant, HeldDelivery Held)> _handed = [];
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
            foreach (var place in _places.Values) place.Shut();
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

    /// <summary>Leave to hand a delivery over that is due now; null when it has to be queued. Called inside
    /// the commit that writes the delivery.</summary>
    internal DirectGrant? TryGrant(SystemAddress recipient, long octets, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isOpen || _taker is not { Node.Trouble: null } taker || !_places.TryGetValue(recipient, out var place)) return null;
            if (place.Way == Way.Open && now >= place.NextDue) place.Close();
            if (place.Way == Way.Closed || !place.HasRoom || _pending + _handed.Count + _held >= MostHeld || taker.Budget.TryTake(octets) is not { } room)
            {
                place.Shut();
                return null;
            }

            place.Pending++;
            _pending++;
            return new DirectGrant(recipient, taker.Node.Number, now, now + place.Lease, room, place.Way == Way.Behind ? place.Turn : null);
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
            _handed.Add((grant, new HeldDelivery(delivery, message.Priority, new FreshCopy(message, octets, grant.Room, grant.Granted))));
            taker = _handed.Count == 1 ? _taker : null;
        }

        taker?.Wake();
    }

    /// <summary>What was handed over since the last call, in order; and whether the store may hold something older, which goes first.</summary>
    internal List<(HeldDelivery Held, bool IsBehind)> Take(DirectTaker taker)
    {
        lock (_gate)
        {
            if (_taker != taker || _handed.Count == 0) return [];
            var taken = new List<(HeldDelivery, bool)>(_handed.Count);
            foreach (var (grant, held) in _handed)
            {
                var known = _places.TryGetValue(grant.Recipient, out var place);
                taken.Add((held, known && grant.Behind == place!.Turn && place.Way != Way.Open));
                if (!known) continue;
                place!.NotTaken--;
                place.Held++;
            }

            _handed.Clear();
            _held += taken.Count;

            return taken;
        }
    }

    /// <summary>Something is or will be due for a system that did not come this way: nothing fresh goes before it.</summary>
    internal void Close(SystemAddress recipient)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(recipient, out var place)) place.Close();
        }
    }

    /// <summary>How often something was queued for a system so far: asked for inside a claim's commit, and told to <see cref="Open"/>.</summary>
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

    /// <summary>A claim left something in the store that is due, or may have: what is fresh is queued after it.</summary>
    internal void Shut(SystemAddress recipient)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(recipient, out var place)) place.Shut();
        }
    }

    /// <summary>A claim left nothing in the store that is due. The place is open; when something was queued since, what is fresh goes
    /// behind that.</summary>
    /// <param name="recipient">The system.</param>
    /// <param name="closings">What <see cref="Closings"/> said inside the claim's commit.</param>
    /// <param name="nextDue">When the store will have something due again, as far as it knows.</param>
    /// <param name="now">The instant; the claim looked earlier, and what has come due since it did not take.</param>
    /// <returns>Whether it is open.</returns>
    internal bool Open(SystemAddress recipient, long closings, DateTimeOffset? nextDue, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(recipient, out var place)) return false;
            var isOpen = place.Closings == closings && !(nextDue <= now);
            (place.Way, place.NextDue) = (isOpen ? Way.Open : Way.Behind, nextDue ?? DateTimeOffset.MaxValue);
            return isOpen;
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
            place.Limit = policy is null ? 0 : lane.DirectLimit(policy, now);
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

    private enum Way
    {
        Closed,
        Behind,
        Open,
    }

    private sealed class Place
    {
        private Way _way;

        internal Way Way
        {
            get => _way;
            set
            {
                if (_way == Way.Open && value != Way.Open) Turn++;
                _way = value;
            }
        }

        /// <summary>How often it was open and is no more.</summary>
        internal long Turn { get; private set; }

        internal DateTimeOffset NextDue { get; set; }

        internal int Pending { get; set; }

        internal int NotTaken { get; set; }

        internal int Held { get; set; }

        internal int Limit { get; set; }

        internal TimeSpan Lease { get; set; }

        internal long Closings { get; private set; }

        internal bool HasRoom => Held + NotTaken + Pending < Limit;

        internal void Close()
        {
            if (Way == Way.Open) Way = Way.Behind;
            Closings++;
        }

        internal void Shut()
        {
            Way = Way.Closed;
            Closings++;
        }
    }
}
