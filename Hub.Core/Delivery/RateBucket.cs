namespace Hub.Core.Delivery;

/// <summary>A token bucket of a rate of which a second's worth may be used at once; starts full. Pure.</summary>
/// <param name="Used">How much of a second's worth was used, in tokens.</param>
/// <param name="At">When that was.</param>
internal readonly record struct RateBucket(double Used, DateTimeOffset At)
{
    /// <summary>Whether there is one to take. A clock that went back takes nothing away.</summary>
    internal bool HasOne(int rate, DateTimeOffset now) => UsedAt(rate, now) <= rate - 1;

    /// <summary>The bucket after one was taken.</summary>
    internal RateBucket Take(int rate, DateTimeOffset now) => new(UsedAt(rate, now) + 1, now);

    private double UsedAt(int rate, DateTimeOffset now) => Math.Max(0, Used - (Math.Max(0, (now - At).TotalSeconds) * rate));
}
