using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Core.Pressure;

/// <summary>The quota of every system that has one (<c>sendRate</c> of its policy). Each node counts for itself: over several nodes a
/// system may send as many times its rate as there are nodes that it uses. Thread-safe; memory is bounded by the systems that have a
/// quota.</summary>
/// <param name="clock">The hub's clock.</param>
public sealed class SendQuotas(TimeProvider clock)
{
    private readonly SystemBuckets _buckets = new(clock);

    /// <summary>Looks without taking.</summary>
    /// <returns>How long the system has to wait for its next message; null when it may send now.</returns>
    public TimeSpan? Look(AgencySystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.Policy.Quota is { } quota ? _buckets.Look(system.Address, quota) : null;
    }

    /// <summary>Takes one message of a system's quota.</summary>
    /// <param name="system">The sender; without a <c>sendRate</c> it has no bound.</param>
    /// <returns>How long it has to wait for the next one; null when it may send now.</returns>
    public TimeSpan? Take(AgencySystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.Policy.Quota is { } quota ? _buckets.Take(system.Address, quota) : null;
    }

    /// <summary>Gives back what was taken for a message that does not count.</summary>
    public void GiveBack(SystemAddress system) => _buckets.GiveBack(system);

    /// <summary>The refusal of a system that is above its quota.</summary>
    public static Problem Above(AgencySystem system, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new Problem(
            ProblemCode.RateLimited,
            $"{system.Address} may send {system.Policy.SendRate} messages a second through this node, {system.Policy.Quota?.Burst} at once (sendRate, sendBurst in the registry). There is room for the next one in {wait.TotalSeconds:0.###} s; acknowledgements are not counted.")
        {
            RetryAfter = wait,
        };
    }
}
