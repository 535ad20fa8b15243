using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>What the dispatcher holds for one system: claimed deliveries that wait, and attempts in flight. Not thread-safe:
/// the dispatcher's loop alone uses it.</summary>
/// <remarks>A system is <b>suspect</b> when its last two attempts failed, or when an attempt has been in flight for longer than
/// <see cref="Slow"/>. A suspect system gets one attempt at a time, out of a budget that suspects share, so that stuck
/// systems cannot take the places of those that answer.</remarks>
internal sealed class SystemLane(SystemAddress address)
{
    /// <summary>An attempt in flight for longer makes its system suspect.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private const int SuspectAfter = 2;
    private const int ClaimAhead = 4;

    private readonly List<DateTimeOffset> _started = [];
    private int _failures;

    internal SystemAddress Address { get; } = address;

    /// <summary>Claimed and not yet started, in order.</summary>
    internal Queue<HeldDelivery> Waiting { get; } = new();

    /// <summary>Whether the store may have more that is due.</summary>
    internal bool MayHaveMore { get; set; }

    internal int InFlight => _started.Count;

    /// <summary>Claimed: waiting or in flight.</summary>
    internal int Held => Waiting.Count + InFlight;

    /// <summary>Whether a claim for it is running.</summary>
    internal bool IsClaiming { get; set; }

    internal bool IsEmpty => InFlight == 0 && Waiting.Count == 0 && !MayHaveMore && !IsClaiming;

    internal bool HasFailed => _failures > 0;

    internal bool IsSuspect(DateTimeOffset now) => _failures >= SuspectAfter || (_started.Count > 0 && now - _started[0] > Slow);

    /// <summary>How many more may be claimed: ahead of need for a system that answers, one for a suspect.</summary>
    internal int ClaimLimit(DeliveryPolicy policy, DateTimeOffset now)
    {
        if (IsSuspect(now)) return Held == 0 ? 1 : 0;
        return Waiting.Count < policy.MaxInFlight ? Math.Max(0, Most(policy) - Held) : 0;
    }

    /// <summary>Most that may be held of a system that answers.</summary>
    internal static int Most(DeliveryPolicy policy) => policy.MaxInFlight * ClaimAhead;

    internal bool MayStart(DeliveryPolicy policy, DateTimeOffset now) =>
        Waiting.Count > 0 && InFlight < (IsSuspect(now) ? 1 : policy.MaxInFlight);

    internal void Begin(DateTimeOffset now) => _started.Add(now);

    /// <param name="started">When it began.</param>
    /// <param name="failed">Whether it failed; null when nothing was attempted.</param>
    internal void End(DateTimeOffset started, bool? failed)
    {
        _started.Remove(started);
        if (failed is not null) _failures = failed.Value ? _failures + 1 : 0;
    }
}
