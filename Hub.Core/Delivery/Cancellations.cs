using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Requests;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Takes a message back as far as nobody has it. Thread-safe.</summary>
/// <remarks>Nobody is told: a recipient that never saw the message hears nothing of it, and one that holds it goes on. What a
/// cancelled delivery kept waiting in its conversation goes next.</remarks>
/// <param name="committer">The one writer.</param>
/// <param name="store">Knows the message's deliveries.</param>
/// <param name="signals">Wakes what waited behind them.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class Cancellations(ICommitter committer, IHubStore store, DeliverySignals signals, TimeProvider clock)
{
    /// <summary>Cancels the deliveries of a message that nobody holds: those queued, also after failed attempts, those whose claim has
    /// ended, and dead ones, which nobody can replay from then on. May be called again, for what was held before.</summary>
    /// <param name="key">The message.</param>
    /// <param name="actor">Who does it: its sender, or e.g. <c>operator:an</c>.</param>
    /// <param name="reason">Why, if said; stands in the log.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <returns>All deliveries of the message as they are now, and the ids of those cancelled by this call.</returns>
    /// <exception cref="ProblemException"><c>not-found</c>.</exception>
    public async ValueTask<CancelledMessage> CancelAsync(MessageKey key, string actor, string? reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        var known = await store.ListDeliveriesAsync(key, cancellationToken);
        var cancelled = new HashSet<long>();
        while (true)
        {
            var seen = known;
            cancelled.UnionWith(await committer.RunAsync(scope => CancelAsync(scope, key, seen, actor, reason), cancellationToken));
            known = await store.ListDeliveriesAsync(key, cancellationToken);
            // A reorganisation may have sent one on to a successor meanwhile.
            if (known.Count == seen.Count) return new CancelledMessage(known, cancelled);
        }
    }

    private async ValueTask<List<long>> CancelAsync(CommitScope scope, MessageKey key, IReadOnlyList<DeliveryRecord> known, string actor, string? reason)
    {
        var now = clock.GetUtcNow();
        var message = await scope.Transaction.FindMessageAsync(key) ?? throw ProblemCode.NotFound.With($"There is no message {key}.");
        List<long> cancelled = [];
        foreach (var one in known)
        {
            // Read again inside the commit: it may have moved on since.
            if (await scope.Transaction.FindDeliveryAsync(one.Id) is not { } delivery || !CancellationPolicy.MayCancel(delivery, now)) continue;
            var ended = CancellationPolicy.Cancel(delivery, now, byItsSender: actor == message.From.ToString());
            await scope.Transaction.UpdateDeliveryAsync(ended);
            signals.NotifyLane(scope, ended);
            cancelled.Add(delivery.Id);
        }

        if (cancelled.Count == 0) return cancelled;
        scope.Append(DeliveryTrail.Cancelled(key, cancelled, actor, reason));
        RequestWaits.Tell(scope, message, now);
        scope.AfterCommit(() =>
        {
            for (var i = 0; i < cancelled.Count; i++) DeliveryMetrics.Changed(DeliveryState.Cancelled);
            signals.Requests.Notify(key);
        });
        return cancelled;
    }
}

/// <summary>What came of taking a message back.</summary>
/// <param name="Deliveries">All its deliveries as they are now.</param>
/// <param name="Cancelled">Ids of those that were cancelled.</param>
public sealed record CancelledMessage(IReadOnlyList<DeliveryRecord> Deliveries, IReadOnlySet<long> Cancelled);
