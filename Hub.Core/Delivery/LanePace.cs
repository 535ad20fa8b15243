using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>How fast a system took its last deliveries, and so how many of them are worth holding: those that it takes within a second,
/// since copies are not used when they are older. Not thread-safe: the dispatcher's loop alone uses it.</summary>
internal sealed class LanePace
{
    /// <summary>Most that are held of one system, however fast it is.</summary>
    internal const int Most = 256;

    private const int Usual = 4;
    private const double Weight = 1.0 / 8;
    private double? _seconds;
    private RateBucket _begun;

    /// <summary>An attempt took so long.</summary>
    internal void Took(TimeSpan time)
    {
        var seconds = Math.Max(0, time.TotalSeconds);
        _seconds = _seconds is { } before ? before + ((seconds - before) * Weight) : seconds;
    }

    /// <summary>Whether another attempt may begin within <see cref="DeliveryPolicy.MaxRate"/>.</summary>
    internal bool MayBegin(DeliveryPolicy policy, DateTimeOffset now) => policy.MaxRate is not { } rate || _begun.HasOne(rate, now);

    /// <summary>An attempt begins.</summary>
    internal void Begin(DeliveryPolicy policy, DateTimeOffset now)
    {
        if (policy.MaxRate is { } rate) _begun = _begun.Take(rate, now);
    }

    /// <summary>How many deliveries may be held; some attempts' worth while nothing is known, and never fewer than may be in flight.</summary>
    internal int Room(DeliveryPolicy policy)
    {
        var most = Math.Min(Most, policy.MaxRate ?? Most);
        if (_seconds is not { } seconds) return Math.Min(policy.MaxInFlight * Usual, most);
        return (int)Math.Clamp(policy.MaxInFlight / Math.Max(seconds, 0.001), Math.Min(policy.MaxInFlight, most), most);
    }
}
