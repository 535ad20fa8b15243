using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Core.Pressure;

/// <summary>The same token bucket for every system: what each may make the hub do that is not counted elsewhere. Each node has its own.
/// Thread-safe; memory is bounded by the systems of the registry, since callers are authenticated.</summary>
/// <param name="quota">What each system may.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class SystemBuckets(SendQuota quota, TimeProvider clock)
{
    private readonly ConcurrentDictionary<SystemAddress, Account> _accounts = new();
    private readonly long _started = clock.GetTimestamp();

    /// <summary>Takes one.</summary>
    /// <param name="system">The authenticated system.</param>
    /// <returns>How long it has to wait for the next one; null when one was taken.</returns>
    public TimeSpan? Take(SystemAddress system)
    {
        var now = clock.GetElapsedTime(_started);
        var account = _accounts.GetOrAdd(system, static (_, full) => new Account { Bucket = full }, new SendBucket(quota.Burst, now));
        lock (account)
        {
            // Another thread may have been here with a later time.
            var decision = account.Bucket.Take(quota, now > account.Bucket.At ? now : account.Bucket.At);
            account.Bucket = decision.Bucket;
            return decision.Wait;
        }
    }

    /// <summary>Gives back what was taken for something that does not count.</summary>
    public void GiveBack(SystemAddress system)
    {
        if (!_accounts.TryGetValue(system, out var account)) return;
        lock (account) account.Bucket = account.Bucket.GiveBack();
    }

    private sealed class Account
    {
        internal SendBucket Bucket { get; set; }
    }
}
