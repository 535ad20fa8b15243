using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Core.Pressure;

/// <summary>A token bucket for each system: what it may make the hub do. Each node has its own. Thread-safe; memory is bounded by the systems
/// of the registry, since callers are authenticated.</summary>
/// <param name="clock">The hub's clock.</param>
public sealed class SystemBuckets(TimeProvider clock)
{
    private readonly ConcurrentDictionary<SystemAddress, Account> _accounts = new();
    private readonly long _started = clock.GetTimestamp();

    /// <summary>Looks without taking.</summary>
    /// <param name="system">The authenticated system.</param>
    /// <param name="quota">What it may; it may change from one call to the next.</param>
    /// <returns>How long the system has to wait for its next one; null when there is one now.</returns>
    public TimeSpan? Look(SystemAddress system, SendQuota quota)
    {
        if (!_accounts.TryGetValue(system, out var account)) return null;
        lock (account) return Decide(account, quota).Wait;
    }

    /// <summary>Takes one.</summary>
    /// <param name="system">The authenticated system.</param>
    /// <param name="quota">What it may; its bucket is full at first.</param>
    /// <returns>How long it has to wait for the next one; null when one was taken.</returns>
    public TimeSpan? Take(SystemAddress system, SendQuota quota)
    {
        var account = _accounts.GetOrAdd(system, static (_, full) => new Account { Bucket = full }, new SendBucket(quota.Burst, clock.GetElapsedTime(_started)));
        lock (account)
        {
            var decision = Decide(account, quota);
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

    /// <summary>Under the account's lock, so that the time is never before that of the last decision.</summary>
    private SendDecision Decide(Account account, SendQuota quota) => account.Bucket.Take(quota, clock.GetElapsedTime(_started));

    private sealed class Account
    {
        internal SendBucket Bucket { get; set; }
    }
}
