using System.Globalization;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>Erases the content of a message inside a running commit: headers and hashes stay, the log still verifies.</summary>
public static class Erasure
{
    /// <summary>Erases, with what operators noted about its deliveries; deliveries still under way are cancelled, and dead ones that hold their lane: nobody can replay them any more.</summary>
    /// <param name="scope">The running commit.</param>
    /// <param name="key">The message.</param>
    /// <param name="deliveries">Its deliveries as known before; each is read again.</param>
    /// <param name="hub">The hub's address.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="reason">The law or rule that demands it.</param>
    /// <param name="signals">Wakes what waited behind them.</param>
    /// <param name="now">The hub's clock.</param>
    /// <returns>The deliveries that were cancelled.</returns>
    /// <exception cref="ProblemException"><c>not-found</c> or <c>content-erased</c>.</exception>
    public static async ValueTask<IReadOnlyList<long>> EraseAsync(
        CommitScope scope, MessageKey key, IReadOnlyList<DeliveryRecord> deliveries, SystemAddress hub, string actor, string reason, DeliverySignals signals, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(deliveries);
        ArgumentNullException.ThrowIfNull(signals);
        var message = await scope.Transaction.FindMessageAsync(key) ?? throw ProblemCode.NotFound.With($"There is no message {key}.");
        if (message.Erased is not null) throw ProblemCode.ContentErased.With($"The content of {key} was erased at {message.Erased:yyyy-MM-ddTHH:mm:ssZ}.");
        List<long> cancelled = [];
        foreach (var known in deliveries)
        {
            // Read again inside the commit: it may have moved on since.
            if (await scope.Transaction.FindDeliveryAsync(known.Id) is not { } delivery) continue;
            await DeadLetterNotes.ForgetAsync(scope, hub, delivery);
            if (!(delivery.BlocksLane || delivery.State is DeliveryState.Queued or DeliveryState.Claimed)) continue;
            var ended = delivery with { State = DeliveryState.Cancelled, Claim = null, ClaimedUntil = null, Changed = now };
            await scope.Transaction.UpdateDeliveryAsync(ended);
            signals.NotifyLane(scope, ended);
            cancelled.Add(delivery.Id);
        }

        await scope.Transaction.EraseAsync(key, now);
        scope.Append(new TrailEntry(EntryKinds.BodyErased, key, actor, new JsonObject
        {
            ["reason"] = reason,
            ["cancelled"] = new JsonArray([.. cancelled.Select(static id => (JsonNode)id.ToString(CultureInfo.InvariantCulture))]),
        }));
        return cancelled;
    }
}
