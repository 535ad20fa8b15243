using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hub.Contracts.Addresses;
using Hub.Core.Requests;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Wakes those who wait for work of a system, in process; called after the commit that made the work. A wake-up may
/// be lost only before the wait began, so waiters look first, then wait, and poll as a fallback. Thread-safe.</summary>
public sealed class DeliverySignals
{
    private readonly ConcurrentDictionary<SystemAddress, TaskCompletionSource> _waiters = new();
    private ImmutableArray<Action<SystemAddress>> _listeners = [];

    /// <summary>Those who wait for replies.</summary>
    public RequestWaits Requests { get; } = new();

    /// <summary>When each system was last seen.</summary>
    public SignsOfLife Life { get; } = new();

    /// <summary>The short way of fresh deliveries.</summary>
    internal DirectHandover Direct { get; } = new();

    /// <summary>Something became due for a system.</summary>
    public void Notify(SystemAddress system)
    {
        Direct.Close(system);
        if (_waiters.TryRemove(system, out var waiter)) waiter.TrySetResult();
        foreach (var listener in _listeners) listener(system);
    }

    /// <summary>Wakes those who may take what waited in its lane behind a delivery that has ended; called after it was written.</summary>
    public void NotifyLane(CommitScope scope, DeliveryRecord ended)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(ended);
        if (ended.Lane is not null && !ended.BlocksLane) scope.AfterCommit(() => Notify(ended.Recipient));
    }

    /// <summary>Something may have become due for any system: all who wait look.</summary>
    public void NotifyAll()
    {
        foreach (var system in _waiters.Keys) Notify(system);
        Requests.NotifyAll();
    }

    /// <summary>Completes at the next notification for a system. Take it before looking for work.</summary>
    public Task NextAsync(SystemAddress system) => _waiters.GetOrAdd(system, static _ => New()).Task;

    /// <summary>Hears every notification, on the notifier's thread: it must be quick and must not throw.</summary>
    public void Listen(Action<SystemAddress> listener) => ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Add(one), listener);

    /// <summary>Stops hearing notifications.</summary>
    public void Unlisten(Action<SystemAddress> listener) => ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Remove(one), listener);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
