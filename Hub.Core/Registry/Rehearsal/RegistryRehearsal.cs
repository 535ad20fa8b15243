using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Rehearsal;

/// <summary>Rehearses planned reorganisations on the traffic that is open at this moment. Changes nothing.</summary>
public sealed class RegistryRehearsal(IRegistry registry, IHubStore store, TimeProvider clock)
{
    /// <summary>Open deliveries that one rehearsal looks at (20,000).</summary>
    public const int MaxDeliveries = 20_000;

    private const int PageSize = 200;

    /// <summary>What will be otherwise at a date.</summary>
    /// <param name="date">The date; one that has passed shows no changes.</param>
    /// <param name="under">Only what concerns this agency's subtree; null: everything.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask<RehearsalReport> RunAsync(DateTimeOffset date, AgencyCode? under, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var policy = new RehearsalPolicy(registry.Current, now, date < now ? now : date, under);
        var open = new List<OpenDelivery>();
        var messages = new Dictionary<MessageKey, MessageRecord?>();
        foreach (var system in policy.Concerned())
        {
            foreach (var state in new[] { DeliveryState.Queued, DeliveryState.Claimed })
            {
                string? cursor = null;
                do
                {
                    var page = await store.ListDeliveriesAsync(state, system, cursor, PageSize, cancellationToken);
                    foreach (var delivery in page.Items)
                    {
                        if (open.Count == MaxDeliveries) return policy.Report(open, complete: false);
                        if (!messages.TryGetValue(delivery.Message, out var message))
                            messages.Add(delivery.Message, message = await store.FindMessageAsync(delivery.Message, cancellationToken));
                        if (message is null) continue;
                        open.Add(new OpenDelivery(message.From, message.Type, system, state == DeliveryState.Claimed && delivery.ClaimedUntil > now, message.Conversation));
                    }

                    cursor = page.Next;
                }
                while (cursor is not null);
            }
        }

        return policy.Report(open, complete: true);
    }
}
