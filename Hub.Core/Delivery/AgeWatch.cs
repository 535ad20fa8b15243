using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>A system whose oldest delivery has waited for longer than its <see cref="DeliveryPolicy.AgeAlarm"/>.</summary>
/// <param name="System">The system.</param>
/// <param name="Count">How many deliveries wait for it, that one among them; at most <see cref="AgeWatch.MostCounted"/> are counted.</param>
/// <param name="Oldest">Since when the oldest could have been delivered.</param>
/// <param name="Alarm">The age from which it raises the alarm.</param>
public sealed record AgedQueue(SystemAddress System, int Count, DateTimeOffset Oldest, TimeSpan Alarm);

/// <summary>Finds queues in which deliveries grow old. It costs one read of all queues, bounded for each
/// (<see cref="IHubStore.ReadQueuesAsync"/>), however long they are. What is held back by its sender is not late before its time, and what was
/// replayed counts from its replay.</summary>
public sealed class AgeWatch(IRegistry registry, IHubStore store, TimeProvider clock)
{
    /// <summary>Most deliveries of one system that are counted.</summary>
    public const int MostCounted = 200;

    private static readonly DeliveryPolicy Usual = new();

    /// <summary>Those that are late now, by the address of their system.</summary>
    public async ValueTask<IReadOnlyList<AgedQueue>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        List<AgedQueue> aged = [];
        foreach (var queue in await store.ReadQueuesAsync(now, MostCounted, cancellationToken))
        {
            var alarm = (registry.Current.FindSystem(queue.System)?.Policy ?? Usual).AgeAlarm;
            if (queue.Oldest is { } oldest && now - oldest > alarm) aged.Add(new AgedQueue(queue.System, (int)queue.Depth, oldest, alarm));
        }

        aged.Sort(static (a, b) => string.CompareOrdinal(a.System.ToString(), b.System.ToString()));
        return aged;
    }
}
