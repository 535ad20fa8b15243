using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>What the dispatcher holds for one system: claimed deliveries that wait, and attempts in flight. Not thread-safe:
/// the dispatcher's loop alone uses it.</summary>
/// <remarks>A system is <b>suspect</b> when its last two attempts failed, or when an attempt has been in flight for longer than
/// <see cref="Slow"/>. A suspect system gets one attempt at a time, out of a budget that suspects share, so that stuck
/// systems cannot take the places of those that answer. While its <see cref="Breaker"/> is open it gets none.</remarks>
internal sealed class SystemLane(SystemAddress address, LanePace pace, SystemBreakers breakers)
{
    /// <summary>An attempt in flight for longer makes its system suspect.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private const int SuspectAfter = 2;
    private const int ClaimAhead = 4;

    private readonly List<DateTimeOffset> _started = [];
    private readonly WeightedQueue _waiting = new();
    private readonly List<HeldDelivery> _behind = [];
    private int _covered;
    private int _claimTurn;
    private int _failures;
    private Breaker _breaker = Breaker.Closed;

    internal SystemAddress Address { get; } = address;

    /// <summary>Claimed, not yet started, and free to be.</summary>
    internal int Waiting => _waiting.Count;

    /// <summary>Claimed, not yet started, of both kinds; in no order.</summary>
    internal IEnumerable<HeldDelivery> NotStarted => _waiting.Items.Concat(_behind);

    /// <summary>Whether the store may have more that is due.</summary>
    internal bool MayHaveMore { get; set; }

    internal int InFlight => _started.Count;

    /// <summary>Claimed: waiting or in flight.</summary>
    internal int Held => Waiting + _behind.Count + InFlight;

    /// <summary>Whether a claim for it is running.</summary>
    internal bool IsClaiming { get; private set; }

    internal bool IsEmpty => Held == 0 && !MayHaveMore && !IsClaiming;

    internal bool HasFailed => _failures > 0;

    /// <summary>What its breaker does.</summary>
    internal BreakerPhase Phase(DeliveryPolicy policy, DateTimeOffset now) => policy.BreakerFailures == 0 ? BreakerPhase.Closed : _breaker.PhaseAt(now);

    /// <summary>The probe that an attempt is that begins now; null: it is a usual one.</summary>
    internal Probe? ProbeOf(DeliveryPolicy policy, DateTimeOffset now) =>
        Phase(policy, now) == BreakerPhase.Closed ? null : new Probe(_breaker);

    internal bool IsSuspect(DateTimeOffset now) => _failures >= SuspectAfter || _breaker.Since is not null || (_started.Count > 0 && now - _started[0] > Slow);

    /// <summary>How many more may be claimed: ahead of need for a system that answers, one for a suspect.</summary>
    internal int ClaimLimit(DeliveryPolicy policy, DateTimeOffset now)
    {
        var free = Waiting + InFlight;
        if (Phase(policy, now) == BreakerPhase.Open) return 0;
        if (IsSuspect(now)) return free == 0 ? 1 : 0;
        var most = Math.Max(policy.MaxInFlight * ClaimAhead, pace.Room(policy));
        var few = Math.Max(policy.MaxInFlight, most / ClaimAhead);
        if (policy.MaxRate is { } rate) (most, few) = (Math.Min(most, rate * ClaimAhead), Math.Min(few, rate));
        return Waiting < few ? Math.Max(0, most - free) : 0;
    }

    /// <summary>Most that may be held of it of what comes directly.</summary>
    internal int DirectLimit(DeliveryPolicy policy, DateTimeOffset now) => IsSuspect(now) ? 0 : pace.Room(policy);

    /// <summary>Where in the weighted order of priorities its next claim begins, which takes so many at most.</summary>
    internal int TakeClaimTurns(int count)
    {
        var turn = _claimTurn;
        _claimTurn = PriorityTurns.After(turn, count);
        return turn;
    }

    internal bool MayStart(DeliveryPolicy policy, DateTimeOffset now) =>
        Waiting > 0 && InFlight < (IsSuspect(now) ? 1 : policy.MaxInFlight) && Phase(policy, now) != BreakerPhase.Open && pace.MayBegin(policy, now);

    /// <summary>A delivery that may be started.</summary>
    internal void Add(HeldDelivery held) => _waiting.Add(held);

    /// <summary>A delivery that waits until a claim that begins from now on has taken what the store holds.</summary>
    internal void AddBehind(HeldDelivery held)
    {
        _behind.Add(held);
        MayHaveMore = true;
    }

    /// <summary>A claim for it begins: what is announced from here on may come too late for it.</summary>
    internal void BeginClaim() => (MayHaveMore, IsClaiming, _covered) = (false, true, _behind.Count);

    /// <summary>The claim has ended.</summary>
    /// <param name="tookAll">It left nothing that is due: what was there behind it when it began is free.</param>
    internal void EndClaim(bool tookAll)
    {
        IsClaiming = false;
        if (tookAll) Free(_covered);
        MayHaveMore |= !tookAll || _behind.Count > 0;
    }

    /// <summary>What stands behind the store's is free: the store holds nothing that came before it.</summary>
    internal void FreeAll() => Free(_behind.Count);

    /// <summary>The next one, by <see cref="PriorityTurns"/>; there is one.</summary>
    internal HeldDelivery TakeNext() => _waiting.Take();

    /// <summary>Takes away what cannot be started.</summary>
    internal void TakeUnfit(Func<HeldDelivery, bool> isUnfit, bool leaveOne, List<HeldDelivery> into)
    {
        var before = into.Count;
        _waiting.TakeUnfit(isUnfit, leaveOne, into);
        var unfit = 0;
        while (unfit < _behind.Count && (leaveOne || isUnfit(_behind[unfit]))) into.Add(_behind[unfit++]);
        if (unfit > 0) RemoveBehind(unfit);
        if (into.Count > before) MayHaveMore = true;
    }

    /// <summary>Forgets what is not started; whatever is still this node's is claimed afresh.</summary>
    internal void Drop()
    {
        if (Waiting + _behind.Count == 0) return;
        foreach (var held in NotStarted) held.Drop();
        _waiting.Clear();
        RemoveBehind(_behind.Count);
        MayHaveMore = true;
    }

    internal void Begin(DeliveryPolicy policy, DateTimeOffset now)
    {
        _started.Add(now);
        pace.Begin(policy, now);
    }

    internal void End(AttemptEnd end, DateTimeOffset now)
    {
        _started.Remove(end.Started);
        if (end.Outcome is null) return;
        var failed = end.Outcome as AttemptOutcome.Failed;
        _failures = failed is not null ? _failures + 1 : 0;
        pace.Took(now - end.Started);
        var before = _breaker;
        _breaker = failed is null ? Breaker.Closed : before.Failed(new BreakerFailure(end.Delivery, failed.Fault, end.Started, failed.RetryAfter), end.Policy, now);
        if (before.Since is not null || _breaker.Since is not null) breakers.Changed(Address, _breaker, now);
    }

    private void Free(int count)
    {
        for (var i = 0; i < count; i++) Add(_behind[i]);
        RemoveBehind(count);
    }

    private void RemoveBehind(int count)
    {
        _behind.RemoveRange(0, count);
        _covered = Math.Max(0, _covered - count);
    }
}
