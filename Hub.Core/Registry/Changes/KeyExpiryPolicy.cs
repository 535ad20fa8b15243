namespace Hub.Core.Registry.Changes;

/// <summary>When the owner of a key is told that it ends soon. Pure.</summary>
public static class KeyExpiryPolicy
{
    /// <summary>How many days before its end (60, 14 and 3), each told once.</summary>
    public static IReadOnlyList<int> Thresholds { get; } = [60, 14, 3];

    /// <summary>The threshold to tell now; null when there is nothing to tell.</summary>
    /// <param name="key">The key. One that has ended, was revoked or is to be revoked before its end is not told about.</param>
    /// <param name="told">The smallest threshold told so far for this key and this end; null: none. A key that gets a later end is
    /// told about afresh.</param>
    /// <param name="now">The instant.</param>
    /// <returns>The smallest threshold that has been reached, when it is smaller than what was told: after a long stop of the hub
    /// only the last one is told.</returns>
    public static int? Due(SystemKey key, int? told, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.NotAfter is not { } end || key.Revoked is not null) return null;
        var reached = Reached(end, now);
        return reached < (told ?? int.MaxValue) ? reached : null;
    }

    /// <summary>The smallest threshold within which an end lies; null when it is further away, or past.</summary>
    public static int? Reached(DateTimeOffset end, DateTimeOffset now) =>
        now >= end ? null : Thresholds.Where(days => end - now <= TimeSpan.FromDays(days)).Select(static days => (int?)days).Min();
}
