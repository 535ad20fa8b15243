using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>What the decision after a failed attempt depends on.</summary>
/// <param name="Policy">The system's policy.</param>
/// <param name="Attempts">Attempts that count, the failed one included unless it was spared; 0 or more.</param>
/// <param name="Now">The hub's clock.</param>
/// <param name="Since">When the delivery could first be made: acceptance or the last replay, or <c>notBefore</c> if later.</param>
/// <param name="Expires">When the message expires, if it does.</param>
/// <param name="RetryAfter">What the recipient asked for, if it did.</param>
/// <param name="Random">A random number in [0, 1).</param>
public sealed record RetryInput(
    DeliveryPolicy Policy, int Attempts, DateTimeOffset Now, DateTimeOffset Since, DateTimeOffset? Expires, TimeSpan? RetryAfter, double Random)
{
    /// <summary>How long it is not to be tried again at least; zero: nothing is known.</summary>
    public TimeSpan NotWithin { get; init; }
}

/// <summary>What becomes of a delivery after a failed attempt.</summary>
public abstract record RetryDecision
{
    private RetryDecision()
    {
    }

    /// <summary>Try again.</summary>
    /// <param name="Due">When.</param>
    public sealed record Retry(DateTimeOffset Due) : RetryDecision;

    /// <summary>Give up.</summary>
    /// <param name="Why">Which limit was reached, for people.</param>
    public sealed record Dead(string Why) : RetryDecision;

    /// <summary>The message has expired.</summary>
    public sealed record Expired : RetryDecision;
}

/// <summary>Decides what follows a failed attempt: exponential delays with jitter up to <see cref="DeliveryPolicy.MaxDelay"/>;
/// a recipient's Retry-After is waited for even when longer, but never beyond <see cref="DeliveryPolicy.MaxAge"/>. Pure.</summary>
public static class RetryPolicy
{
    /// <summary>The decision.</summary>
    public static RetryDecision Decide(RetryInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var policy = input.Policy;
        if (input.Expires <= input.Now) return new RetryDecision.Expired();
        if (input.Attempts >= policy.MaxAttempts)
            return new RetryDecision.Dead($"attempt {input.Attempts} of at most {policy.MaxAttempts} failed");
        var age = input.Now - input.Since;
        if (age >= policy.MaxAge)
            return new RetryDecision.Dead($"not delivered within {policy.MaxAge}");

        var delay = Backoff(policy, input.Attempts, input.Random);
        if (input.RetryAfter > delay) delay = input.RetryAfter.Value;
        if (input.NotWithin > delay) delay = input.NotWithin;
        var left = policy.MaxAge - age;
        if (delay > left) delay = left;
        return new RetryDecision.Retry(input.Now + delay);
    }

    /// <summary>The delay after a number of failed attempts: first · factor^(attempts − 1), at most MaxDelay, of which the
    /// share <see cref="DeliveryPolicy.Jitter"/> is random.</summary>
    private static TimeSpan Backoff(DeliveryPolicy policy, int attempts, double random)
    {
        var full = Math.Min(policy.FirstDelay.TotalMilliseconds * Math.Pow(policy.Factor, Math.Clamp(attempts - 1, 0, 62)), policy.MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - (policy.Jitter * random)));
    }
}
