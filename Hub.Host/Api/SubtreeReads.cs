using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>Lists as an operator or auditor sees them who acts within a subtree: what lies outside looks like nothing. The store
/// knows no subtrees, so pages are filtered here; a page that finds little within its bound is short, and has a cursor still.</summary>
internal sealed class SubtreeReads(IHubStore store, IRegistry registry, TimeProvider clock)
{
    /// <summary>Store pages that one request may look at.</summary>
    private const int MaxPages = 20;

    internal Subtree Of(Caller caller) => new(registry.Current, caller.Under);

    internal async ValueTask<Page<MessageRecord>> ListMessagesAsync(Caller caller, MessageQuery query, CancellationToken cancellationToken)
    {
        var subtree = Of(caller);
        if (subtree.IsAll) return await store.ListMessagesAsync(query, cancellationToken);
        return await FillAsync(
            query.Cursor,
            query.Limit,
            (cursor, limit) => store.ListMessagesAsync(query with { Cursor = cursor, Limit = limit }, cancellationToken),
            async message => subtree.HoldsSender(message) || subtree.Within(message, await store.ListDeliveriesAsync(message.Key, cancellationToken)).Count > 0);
    }

    internal async ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(
        Caller caller, DeliveryState state, Hub.Contracts.Addresses.SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (Of(caller).IsAll) return await store.ListDeliveriesAsync(state, recipient, cursor, limit, cancellationToken);
        return await FillAsync(
            cursor,
            limit,
            (at, rows) => store.ListDeliveriesAsync(state, recipient, at, rows, cancellationToken),
            delivery => HoldsAsync(caller, delivery, cancellationToken));
    }

    /// <summary>Groups of dead deliveries to systems that a caller may see.</summary>
    internal async ValueTask<Page<DeadGroup>> ListDeadGroupsAsync(Caller caller, Hub.Contracts.Addresses.SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken) =>
        Of(caller).IsAll
            ? await store.ListDeadGroupsAsync(recipient, cursor, limit, cancellationToken)
            : await FillAsync(cursor, limit, (at, rows) => store.ListDeadGroupsAsync(recipient, at, rows, cancellationToken), group => new(Holds(caller, group.Recipient)));

    /// <summary>Whether a caller may see a system, as the registry stands now.</summary>
    internal bool Holds(Caller caller, Hub.Contracts.Addresses.SystemAddress system) => Of(caller).Holds(system.Agency, clock.GetUtcNow());

    /// <summary>Whether a caller may see a delivery: its sender or its recipient is within the subtree.</summary>
    internal async ValueTask<bool> HoldsAsync(Caller caller, DeliveryRecord delivery, CancellationToken cancellationToken) =>
        await store.FindMessageAsync(delivery.Message, cancellationToken) is { } message && Of(caller).Within(message, [delivery]).Count > 0;

    /// <summary>Whether a caller may see a message: its sender or a recipient is within the subtree.</summary>
    internal async ValueTask<bool> HoldsAsync(Caller caller, MessageKey key, CancellationToken cancellationToken)
    {
        var subtree = Of(caller);
        return subtree.IsAll
            || (await store.FindMessageAsync(key, cancellationToken) is { } message
                && (subtree.HoldsSender(message) || subtree.Within(message, await store.ListDeliveriesAsync(key, cancellationToken)).Count > 0));
    }

    private static async ValueTask<Page<T>> FillAsync<T>(
        string? cursor, int limit, Func<string?, int, ValueTask<Page<T>>> read, Func<T, ValueTask<bool>> holds)
    {
        List<T> items = [];
        for (var pages = 0; pages < MaxPages; pages++)
        {
            // Never more rows than there is room for: so the store's cursor stands exactly behind the last one looked at.
            var page = await read(cursor, limit - items.Count);
            foreach (var row in page.Items)
                if (await holds(row)) items.Add(row);
            cursor = page.Next;
            if (cursor is null || items.Count >= limit) break;
        }

        return new Page<T>(items, cursor);
    }
}
