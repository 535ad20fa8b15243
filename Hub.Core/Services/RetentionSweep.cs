using Hub.Contracts.Addresses;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Services;

/// <summary>Erases the content of messages that have been kept as long as their service says, once none of their deliveries is
/// under way. The first sweep looks at everything, each later one at what has come of age since. Not thread-safe.</summary>
/// <remarks>Failure policy: each message is a unit of its own; whatever a stop leaves undone, the first sweep after the next
/// start finds. A longer or new retention counts from the next sweep on.</remarks>
public sealed class RetentionSweep(IRegistry registry, IHubStore store, ICommitter committer, DeliverySignals signals, TimeProvider clock)
{
    /// <summary>The reason in the log.</summary>
    public const string Reason = "retention";

    private readonly Dictionary<(MessageType Type, int Days), DateTimeOffset> _swept = [];

    /// <summary>Erases what has come of age.</summary>
    /// <returns>How many messages were erased.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var erased = 0;
        foreach (var service in registry.Current.Services)
            if (service.RetentionDays is { } days) erased += await SweepAsync(service.Type, days, cancellationToken);
        return erased;
    }

    private async Task<int> SweepAsync(MessageType type, int days, CancellationToken cancellationToken)
    {
        var (now, erased) = (clock.GetUtcNow(), 0);
        var until = now.AddDays(-days);
        var open = until;
        var query = new MessageQuery { Type = type, Until = until, Since = _swept.TryGetValue((type, days), out var since) ? since : null, Limit = 200 };
        Page<MessageRecord> page;
        do
        {
            page = await store.ListMessagesAsync(query, cancellationToken);
            foreach (var message in page.Items.Where(static m => m.Erased is null))
            {
                if (await EraseAsync(message, now, cancellationToken)) erased++;
                else if (message.Accepted < open) open = message.Accepted;
            }

            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);
        _swept[(type, days)] = open;
        return erased;
    }

    private async Task<bool> EraseAsync(MessageRecord message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var deliveries = await store.ListDeliveriesAsync(message.Key, cancellationToken);
        if (deliveries.Any(static d => IsOpen(d))) return false;
        return await committer.RunAsync(
            async scope =>
            {
                if (await scope.Transaction.FindMessageAsync(message.Key) is not { Erased: null }) return true;
                foreach (var delivery in deliveries)
                    if (await scope.Transaction.FindDeliveryAsync(delivery.Id) is { } current && IsOpen(current)) return false;
                await Erasure.EraseAsync(scope, message.Key, deliveries, registry.Current.Hub, "hub", Reason, signals, now);
                return true;
            },
            cancellationToken);
    }

    private static bool IsOpen(DeliveryRecord delivery) => delivery.State is DeliveryState.Queued or DeliveryState.Claimed;
}
