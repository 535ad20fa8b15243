using Hub.Core.Storage;

namespace Hub.Core.Delivery.Runs;

/// <summary>Finds the deliveries of a run in the list of dead ones, page by page.</summary>
internal sealed class ReplayCandidates(IHubStore store)
{
    private const int PageSize = 1_000;

    /// <summary>One page from a place on: those that pass the filter and can be delivered still, in order.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="created">Only what died until then.</param>
    /// <param name="now">The instant: what is erased or expired by then is left out.</param>
    /// <param name="cursor">The place; null: the beginning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async ValueTask<Page<DeliveryRecord>> ReadAsync(ReplayFilter filter, DateTimeOffset created, DateTimeOffset now, string? cursor, CancellationToken cancellationToken)
    {
        var page = await store.ListDeliveriesAsync(DeliveryState.Dead, filter.Recipient, cursor, PageSize, cancellationToken);
        List<DeliveryRecord> found = [.. page.Items.Where(delivery => delivery.Changed <= created && filter.Holds(delivery))];
        if (found.Count == 0) return new Page<DeliveryRecord>(found, page.Next);
        var messages = await store.ReadMessagesAsync([.. found.Select(static d => d.Message).Distinct()], mostOctets: 0, cancellationToken);
        var wanted = messages.Where(m => DeadLetters.IsReplayable(m.Message, now) && (filter.Type is not { } type || m.Message.Type == type)).Select(static m => m.Message.Key).ToHashSet();
        found.RemoveAll(delivery => !wanted.Contains(delivery.Message));
        return new Page<DeliveryRecord>(found, page.Next);
    }
}
