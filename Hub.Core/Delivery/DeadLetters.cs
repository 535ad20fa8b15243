using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Sets dead deliveries going again. Thread-safe.</summary>
/// <param name="committer">The one writer.</param>
/// <param name="signals">Wakes the recipient.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class DeadLetters(ICommitter committer, DeliverySignals signals, TimeProvider clock)
{
    /// <summary>Replays a dead delivery: it is queued at once with its attempts and its age counted afresh. Of two operators who replay the
    /// same delivery one is refused.</summary>
    /// <param name="deliveryId">Number of the delivery.</param>
    /// <param name="actor">Who does it, e.g. <c>operator:an</c>.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <returns>The delivery, queued.</returns>
    /// <exception cref="ProblemException"><c>not-found</c>, <c>delivery-not-dead</c>, <c>content-erased</c>, or <c>expired</c>: its sender
    /// has been told already that it was not delivered, and it would only expire.</exception>
    public async ValueTask<DeliveryRecord> ReplayAsync(long deliveryId, string actor, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        var now = clock.GetUtcNow();
        return await committer.RunAsync(
            async scope =>
            {
                var delivery = await scope.Transaction.FindDeliveryAsync(deliveryId)
                    ?? throw ProblemCode.NotFound.With($"There is no delivery {deliveryId}.");
                if (delivery.State != DeliveryState.Dead)
                    throw ProblemCode.DeliveryNotDead.With($"Delivery {deliveryId} is {DeliveryTrail.Text(delivery.State)}; only dead ones are replayed.");
                if (await scope.Transaction.FindMessageAsync(delivery.Message) is not { Erased: null } message)
                    throw ProblemCode.ContentErased.With($"The content of message {delivery.Message} was erased; there is nothing to deliver.");
                if (!IsReplayable(message, now))
                    throw ProblemCode.Expired.With($"Message {delivery.Message} expired at {message.Expires:yyyy-MM-ddTHH:mm:ssZ}; the delivery {deliveryId} stays dead. Its sender may send it afresh with a later 'expires'.");
                return await ReplayAsync(scope, delivery, now, actor, run: null, signals);
            },
            cancellationToken);
    }

    /// <summary>Whether a replay could deliver a message: what expired meanwhile would only expire, and its sender hear of it twice.</summary>
    internal static bool IsReplayable(MessageRecord message, DateTimeOffset now) => message.Erased is null && !(message.Expires <= now);

    /// <summary>Queues a delivery that is dead in this commit, alone or for a run.</summary>
    internal static async ValueTask<DeliveryRecord> ReplayAsync(CommitScope scope, DeliveryRecord dead, DateTimeOffset now, string actor, string? run, DeliverySignals signals)
    {
        var queued = dead with
        {
            State = DeliveryState.Queued, Due = now, Since = now, Attempts = 0, Interruptions = 0, Replays = dead.Replays + 1, Claim = null, ClaimedUntil = null, Changed = now,
        };
        scope.Append(DeliveryTrail.Replayed(queued, actor, run));
        await scope.Transaction.UpdateDeliveryAsync(queued);
        scope.AfterCommit(() =>
        {
            DeliveryMetrics.Changed(DeliveryState.Queued);
            signals.Notify(queued.Recipient);
        });
        return queued;
    }
}
