using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Core.Delivery;

/// <summary>Wakes those who wait for work of a system, in process. A wake-up may be lost only before the wait began, so
/// waiters look first, then wait, and poll as a fallback. Thread-safe.</summary>
public sealed class DeliverySignals
{
    private readonly ConcurrentDictionary<SystemAddress, TaskCompletionSource> _waiters = new();
    private volatile TaskCompletionSource _any = New();

    /// <summary>Something became due for a system.</summary>
    public void Notify(SystemAddress system)
    {
        if (_waiters.TryRemove(system, out var waiter)) waiter.TrySetResult();
        Interlocked.Exchange(ref _any, New()).TrySetResult();
    }

    /// <summary>Completes at the next notification for a system. Take it before looking for work.</summary>
    public Task NextAsync(SystemAddress system) => _waiters.GetOrAdd(system, static _ => New()).Task;

    /// <summary>Completes at the next notification for any system. Take it before looking for work.</summary>
    public Task NextAnyAsync() => _any.Task;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
