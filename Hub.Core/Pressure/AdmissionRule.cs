namespace Hub.Core.Pressure;

/// <summary>What the way in saw in a short time.</summary>
/// <param name="Accepted">Messages that got their receipt.</param>
/// <param name="Mean">How long they took, from their whole body to the receipt.</param>
/// <param name="WasFull">Whether somebody was refused for want of a place.</param>
public readonly record struct AdmissionWindow(int Accepted, TimeSpan Mean, bool WasFull);

/// <summary>How many messages may be under way between their body and their receipt, so that none waits long: by Little's law that many
/// that their mean time is the target. More would only wait longer, since the store and the cores do no more for it. Pure.</summary>
public sealed record AdmissionRule
{
    /// <summary>Mean time aimed at when there is more than can be done (250 ms): the slowest one of a hundred then stays below a second.</summary>
    public TimeSpan Target { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Fewest under way (64): below, groups become small and the store does less.</summary>
    public int Least { get; init; } = 64;

    /// <summary>Most under way (1,024): half of what the committer's queue holds, so that outcomes of deliveries find room in it.</summary>
    public int Most { get; init; } = 1_024;

    /// <summary>The number for the next window. It changes by at most a third at a time, and grows only when it was in the way.</summary>
    /// <param name="limit">The number now.</param>
    /// <param name="seen">What it led to.</param>
    public int Next(int limit, AdmissionWindow seen)
    {
        if (seen.Accepted == 0 || seen.Mean <= TimeSpan.Zero) return limit;
        var factor = Math.Clamp(Target / seen.Mean, 0.67, 1.33);
        if (factor >= 1 && !seen.WasFull) return limit;
        return Math.Clamp((int)(factor > 1 ? Math.Ceiling(limit * factor) : limit * factor), Least, Most);
    }

    /// <summary>Whether a caller gets a place. While there are free ones everybody does. When there are none, only who has fewer than his
    /// share of them: one that floods the hub cannot keep out another that sends now and then.</summary>
    /// <param name="limit">The places.</param>
    /// <param name="underWay">Taken by all.</param>
    /// <param name="own">Taken by the caller.</param>
    /// <param name="callers">Callers that have one, the asking one included.</param>
    public static bool Admits(int limit, int underWay, int own, int callers) =>
        underWay < limit || (underWay < 2 * limit && own < Math.Max(1, limit / callers));
}
