namespace Hub.Core.Pressure;

/// <summary>How much a system may send: a rate, and what it may send at once after a pause.</summary>
/// <param name="Rate">Messages a second, more than 0.</param>
/// <param name="Burst">Messages at once, 1 or more.</param>
public readonly record struct SendQuota(double Rate, int Burst)
{
    /// <summary>The burst of a rate that states none: ten seconds of it, and at least one message.</summary>
    public static int UsualBurst(double rate) => (int)Math.Clamp(Math.Ceiling(rate * 10), 1, int.MaxValue);
}

/// <summary>A token bucket: it fills at the rate up to the burst, and each message takes one. Pure; the time is monotonic, so that a
/// clock that is set changes nothing.</summary>
/// <param name="Tokens">What was in it then; below 1 nothing can be taken.</param>
/// <param name="At">When that was.</param>
public readonly record struct SendBucket(double Tokens, TimeSpan At)
{
    /// <summary>Takes one for a message.</summary>
    /// <param name="rate">The quota in force now; it may have changed since the last message.</param>
    /// <param name="now">The time, not before <see cref="At"/>.</param>
    public SendDecision Take(SendQuota rate, TimeSpan now)
    {
        var filled = Math.Min(rate.Burst, Tokens + ((now - At).TotalSeconds * rate.Rate));
        return filled >= 1
            ? new SendDecision(new SendBucket(filled - 1, now), Wait: null)
            : new SendDecision(new SendBucket(filled, now), TimeSpan.FromSeconds((1 - filled) / rate.Rate));
    }

    /// <summary>Puts one back.</summary>
    public SendBucket GiveBack() => this with { Tokens = Tokens + 1 };
}

/// <summary>What a bucket decided.</summary>
/// <param name="Bucket">The bucket from now on.</param>
/// <param name="Wait">Until there is one again; null when one was taken.</param>
public readonly record struct SendDecision(SendBucket Bucket, TimeSpan? Wait);
