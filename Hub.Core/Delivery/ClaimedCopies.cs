using Hub.Contracts.Envelopes;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Reads the messages of what a claim brought, all at once.</summary>
/// <remarks>Failure policy: a delivery without a copy is read when it is attempted; so are those for which there is no room now.</remarks>
internal sealed class ClaimedCopies(IHubStore store, OctetBudget budget, TimeProvider clock, ILogger log)
{
    /// <summary>Most octets that are read at once.</summary>
    private const long MostOctets = 16 * 1_024 * 1_024;

    /// <summary>The deliveries of each claim, in order, with copies as far as there is room.</summary>
    internal async Task<IReadOnlyList<IReadOnlyList<HeldDelivery>>> ReadAsync(IReadOnlyList<IReadOnlyList<DeliveryRecord>> claims)
    {
        var keys = claims.SelectMany(static c => c).Select(static d => d.Message).ToHashSet();
        if (keys.Count == 0) return [.. claims.Select(static _ => Array.Empty<HeldDelivery>())];
        using var room = budget.TryTake(MostOctets);
        var now = clock.GetUtcNow();
        var found = await ReadAsync(keys, room is null ? 0 : MostOctets);
        return [.. claims.Select(claim => claim.Select(delivery => Held(delivery, found.GetValueOrDefault(delivery.Message), room, now)).ToList())];
    }

    private async ValueTask<IReadOnlyDictionary<MessageKey, StoredMessage>> ReadAsync(HashSet<MessageKey> keys, long mostOctets)
    {
        try
        {
            return (await store.ReadMessagesAsync(keys, mostOctets, CancellationToken.None)).ToDictionary(static m => m.Message.Key);
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "{Count} claimed messages could not be read together; each is read when it is attempted.", keys.Count);
            return new Dictionary<MessageKey, StoredMessage>();
        }
    }

    private static HeldDelivery Held(DeliveryRecord delivery, StoredMessage? found, OctetBudget.Room? room, DateTimeOffset now)
    {
        if (found is null) return new HeldDelivery(delivery, HeldDelivery.Unknown);
        var copy = found.Octets is { } octets && room is not null ? new FreshCopy(found.Message, octets, room.Part(octets.Length), now) : null;
        return new HeldDelivery(delivery, found.Message.Priority, copy);
    }
}
