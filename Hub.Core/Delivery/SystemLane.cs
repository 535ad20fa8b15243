using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>What the dispatcher holds for one system: claimed deliveries that wait, and attempts in flight. Not thread-safe:
/// the dispatcher's loop alone uses it.</summary>
/// <remarks>A system is <b>suspect</b> when its last two attempts failed, or when an attempt has been in flight for longer than
/// <see cref="Slow"/>. A suspect system gets one attempt at a time, out of a budget that suspects share, so that stuck
/// systems cannot take the places of those that answer.</remarks>
internal sealed class SystemLane(SystemAddress address, LanePace pace)
{
    /// <summary>An attempt in flight for longer makes its system suspect.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private const int SuspectAfter = 2;
    private const int ClaimAhead = 4;

    private readonly List<DateTimeOffset> _started = [];
    private readonly PriorityQueue<HeldDelivery, (int Rank, long Id)> _waiting = new();
    private readonly List<HeldDelivery> _behind = [];
    private int _covered;
    private int _failures;

    internal SystemAddress Address { get; } = address;

    /// <summary>Claimed, not yet started, and free to be: the most urgent first, then the order of acceptance.</summary>
    internal int Waiting => _waiting.Count;

    /// <summary>Claimed, not yet started, of both kinds; in no order.</summary>
    internal IEnumerable<HeldDelivery> NotStarted => _waiting.UnorderedItems.Select(static w => w.Element).Concat(_behind);

    /// <summary>Whether the store may have more that is due.</summary>
    internal bool MayHaveMore { get; set; }

    internal int InFlight => _started.Count;

    /// <summary>Claimed: waiting or in flight.</summary>
    internal int Held => Waiting + _behind.Count + InFlight;

    /// <summary>Whether a claim for it is running.</summary>
    internal bool IsClaiming { get; private set; }

    internal bool IsEmpty => Held == 0 && !MayHaveMore && !IsClaiming;

    internal bool HasFailed => _failures > 0;

    internal bool IsSuspect(DateTimeOffset now) => _failures >= SuspectAfter || (_started.Count > 0 && now - _started[0] > Slow);

    /// <summary>How many more may be claimed: ahead of need for a system that answers, one for a suspect.</summary>
    internal int ClaimLimit(DeliveryPolicy policy, DateTimeOffset now)
    {
        var free = Waiting + InFlight;
        if (IsSuspect(now)) return free == 0 ? 1 : 0;
        var most = Math.Max(policy.MaxInFlight * ClaimAhead, pace.Room(policy));
        return Waiting < Math.Max(policy.MaxInFlight, most / ClaimAhead) ? Math.Max(0, most - free) : 0;
    }

    /// <summary>Most that may be held of it of what comes directly.</summary>
    internal int DirectLimit(DeliveryPolicy policy, DateTimeOffset now) => IsSuspect(now) ? 0 : pace.Room(policy);

    internal bool MayStart(DeliveryPolicy policy, DateTimeOffset now) =>
        Waiting > 0 && InFlight < (IsSuspect(now) ? 1 : policy.MaxInFlight);

    /// <summary>A delivery that may be started.</summary>
    internal void Add(HeldDelivery held) => _waiting.Enqueue(held, (-held.Priority, held.Delivery.Id));

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

    internal HeldDelivery Next() => _waiting.Peek();

    internal HeldDelivery TakeNext() => _waiting.Dequeue();

    /// <summary>Takes away what cannot be started.</summary>
    internal void TakeUnfit(Func<HeldDelivery, bool> isUnfit, bool leaveOne, List<HeldDelivery> into)
    {
        var before = into.Count;
        while (Waiting > 0 && (isUnfit(Next()) || (leaveOne && Waiting > 1))) into.Add(TakeNext());
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

    internal void Begin(DateTimeOffset now) => _started.Add(now);

    /// <param name="started">When it began.</param>
    /// <param name="failed">Whether it failed; null when nothing was attempted.</param>
    /// <param name="now">When it ended.</param>
    internal void End(DateTimeOffset started, bool? failed, DateTimeOffset now)
    {
        _started.Remove(started);
        if (failed is null) return;
        _failures = failed.Value ? _failures + 1 : 0;
        pace.Took(now - started);
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
