using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<SystemAddress, Account> _accounts = new();
    private readonly long _started = clock.GetTimestamp();

    /// <summary>Looks without taking.</summary>
    /// <returns>How long the system has to wait for its next message; null when it may send now.</returns>
    public TimeSpan? Look(AgencySystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (system.Policy.Quota is not { } rate || !_accounts.TryGetValue(system.Address, out var account)) return null;
        var now = clock.GetElapsedTime(_started);
        lock (account) return account.Bucket.Take(rate, now > account.Bucket.At ? now : account.Bucket.At).Wait;
    }

    /// <summary>Takes one message of a system's quota.</summary>
    /// <param name="system">The sender; without a <c>sendRate</c> it has no bound.</param>
    /// <returns>How long it has to wait for the next one; null when it may send now.</returns>
    public TimeSpan? Take(AgencySystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (system.Policy.Quota is not { } rate) return null;
        var now = clock.GetElapsedTime(_started);
        var account = _accounts.GetOrAdd(system.Address, static (_, full) => new Account { Bucket = full }, new SendBucket(rate.Burst, now));
        lock (account)
        {
            // Another thread may have been here with a later time.
            var decision = account.Bucket.Take(rate, now > account.Bucket.At ? now : account.Bucket.At);
            account.Bucket = decision.Bucket;
            return decision.Wait;
        }
    }

    /// <summary>Gives back what was taken for a message that does not count.</summary>
    public void GiveBack(SystemAddress system)
    {
        if (!_accounts.TryGetValue(system, out var account)) return;
        lock (account) account.Bucket = account.Bucket.GiveBack();
    }

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

    private sealed class Account
    {
        internal SendBucket Bucket { get; set; }
    }
}
