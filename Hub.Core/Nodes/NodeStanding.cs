using System.Globalization;

namespace Hub.Core.Nodes;

/// <summary>How a node stood after its last beat. Immutable.</summary>
internal sealed record NodeStanding
{
    /// <summary>A node's clock may differ this much from the store's (2 s).</summary>
    internal static readonly TimeSpan MaxClockOff = TimeSpan.FromSeconds(2);

    internal static readonly NodeTrouble NoLease = new(
        "lease", "This node holds no lease: it has not been able to renew it at the store in time. It works again by itself once it has joined.");

    internal required int Number { get; init; }

    internal required long Incarnation { get; init; }

    /// <summary>Monotonic time before the last beat was sent; null when the lease is known to be lost.</summary>
    internal required long? BeatAt { get; init; }

    /// <summary>How long it holds from there; the greatest span for a store that nobody shares.</summary>
    internal required TimeSpan Lease { get; init; }

    /// <summary>Duties held, with their terms.</summary>
    internal IReadOnlyDictionary<string, long> Duties { get; init; } = new Dictionary<string, long>();

    /// <summary>Dead nodes that still hold claims.</summary>
    internal IReadOnlyList<int> Dead { get; init; } = [];

    /// <summary>The node's clock minus the store's: as much of it as is certain.</summary>
    internal TimeSpan ClockOff { get; init; }

    /// <summary>Whether what it keeps in memory of the shared state is that of this incarnation.</summary>
    internal bool IsCaughtUp { get; init; } = true;

    internal bool HoldsLease(TimeProvider clock) => BeatAt is { } at && clock.GetElapsedTime(at) < Lease;

    internal NodeTrouble? TroubleAt(TimeProvider clock)
    {
        if (!HoldsLease(clock)) return NoLease;
        if (ClockOff.Duration() > MaxClockOff)
        {
            var off = ClockOff.TotalSeconds.ToString("+0.0;-0.0", CultureInfo.InvariantCulture);
            return new NodeTrouble("clock", $"The clock of this node differs from the store's by {off} s; at most {MaxClockOff.TotalSeconds:0} s are allowed. Set it right (chrony, systemd-timesyncd); the node works again by itself.");
        }

        return IsCaughtUp ? null : new NodeTrouble("registry", "This node has joined again and reads what changed meanwhile. It works again by itself.");
    }

    /// <summary>How much the node's clock is ahead of the store's, as far as that is certain: half the round trip may be error.</summary>
    /// <param name="store">What the store's clock said.</param>
    /// <param name="received">The node's clock when the answer was there.</param>
    /// <param name="trip">How long it took, by the monotonic clock.</param>
    internal static TimeSpan Difference(DateTimeOffset store, DateTimeOffset received, TimeSpan trip)
    {
        var half = trip / 2;
        var off = received - half - store;
        var certain = off.Duration() - half;
        return certain <= TimeSpan.Zero ? TimeSpan.Zero : off > TimeSpan.Zero ? certain : -certain;
    }
}
