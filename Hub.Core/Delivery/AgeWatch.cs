using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Deliveries of one system that have been queued for longer than its <see cref="DeliveryPolicy.AgeAlarm"/>.</summary>
/// <param name="System">The system.</param>
/// <param name="Count">How many; of one system at most <see cref="AgeWatch.MostCounted"/> are counted.</param>
/// <param name="Oldest">Since when the oldest could have been delivered.</param>
/// <param name="Alarm">The age from which they raise the alarm.</param>
public sealed record AgedQueue(SystemAddress System, int Count, DateTimeOffset Oldest, TimeSpan Alarm);

/// <summary>Finds queues in which deliveries grow old. Its cost is two short reads for each system that has unfinished
/// deliveries, and a third for one that is late.</summary>
public sealed class AgeWatch(IRegistry registry, IHubStore store, TimeProvider clock)
{
    /// <summary>Most deliveries of one system that are counted.</summary>
    public const int MostCounted = 200;

    // Some at the front may be held back by their sender, and so are not late.
    private const int Front = 10;
    private static readonly DeliveryPolicy Usual = new();

    /// <summary>Those that are late now, by the address of their system.</summary>
    public async ValueTask<IReadOnlyList<AgedQueue>> ReadAsync(CancellationToken cancellationToken = default)
    {
        List<AgedQueue> aged = [];
        foreach (var system in await store.ListUnfinishedRecipientsAsync(cancellationToken))
        {
            var alarm = (registry.Current.FindSystem(system)?.Policy ?? Usual).AgeAlarm;
            if (await ReadAsync(system, alarm, Front, cancellationToken) is null) continue;
            if (await ReadAsync(system, alarm, MostCounted, cancellationToken) is { } queue) aged.Add(queue);
        }

        aged.Sort(static (a, b) => string.CompareOrdinal(a.System.ToString(), b.System.ToString()));
        return aged;
    }

    private async ValueTask<AgedQueue?> ReadAsync(SystemAddress system, TimeSpan alarm, int most, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var front = (await store.ListDeliveriesAsync(DeliveryState.Queued, system, cursor: null, most, cancellationToken)).Items;
        if (front.Count == 0) return null;
        var messages = (await store.ReadMessagesAsync([.. front.Select(static d => d.Message).Distinct()], mostOctets: 0, cancellationToken)).ToDictionary(static m => m.Message.Key);
        var since = front.Where(d => messages.ContainsKey(d.Message)).Select(d => DeliveryAges.Since(messages[d.Message].Message, d)).Where(at => now - at > alarm).ToList();
        return since.Count == 0 ? null : new AgedQueue(system, since.Count, since.Min(), alarm);
    }
}
