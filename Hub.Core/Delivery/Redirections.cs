using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>What came of looking at one delivery.</summary>
internal enum RedirectionResult
{
    /// <summary>It moved or ended.</summary>
    Done,

    /// <summary>Somebody took it meanwhile; it may come free again.</summary>
    Taken,

    /// <summary>There is nothing to do about it as long as neither the registry nor an agency changes.</summary>
    Stays,

    /// <summary>It failed, and is tried again.</summary>
    Failed,
}

/// <summary>Carries out what <see cref="ReorganisationPolicy"/> decides about one delivery: one unit of a grouped commit. Nothing
/// happens when somebody took the delivery meanwhile, and nothing more when it was moved before.</summary>
internal sealed class Redirections(ICommitter committer, IHubStore store, DeliveryOutcomes outcomes, DeliverySignals signals, TimeProvider clock)
{
    /// <summary>Does what is to be done about one delivery.</summary>
    internal async Task<RedirectionResult> ApplyAsync(RegistrySnapshot registry, DeliveryRecord seen, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // What has expired or was erased is no longer anybody's: the expiry sweep and the erasure end it.
        if (await store.FindMessageAsync(seen.Message, cancellationToken) is not { Erased: null } message || message.Expires <= now) return RedirectionResult.Stays;
        switch (ReorganisationPolicy.Decide(registry, message.Type, seen.Recipient, now))
        {
            case ReorganisationDecision.Redirect(var to):
                return ResultOf(await committer.RunAsync(scope => MoveAsync(scope, seen, message, to, now), cancellationToken));
            case ReorganisationDecision.End(var detail):
                return ResultOf(await outcomes.GiveUpAsync(seen, message, DeliveryState.Dead, ProblemCode.RecipientClosed, detail, untakenAt: now));
            default:
                return RedirectionResult.Stays;
        }
    }

    private static RedirectionResult ResultOf(bool done) => done ? RedirectionResult.Done : RedirectionResult.Taken;

    private async ValueTask<bool> MoveAsync(CommitScope scope, DeliveryRecord seen, MessageRecord message, ResolvedRecipient to, DateTimeOffset now)
    {
        if (await DeliveryOutcomes.FindHeldAsync(scope, seen) is not { } current || !ReorganisationPolicy.IsUntaken(current, now)) return false;
        var closed = to.Redirection!;
        var successor = await SucceedAsync(scope, current, message, to, now);
        var ended = current with
        {
            State = DeliveryState.Cancelled, Claim = null, ClaimedUntil = null, Changed = now, LastProblem = ProblemCode.RecipientClosed.Code,
            LastDetail = $"went on to {to.System.Address} as delivery {successor}: {closed.Reorganisation} of {ScalarForms.Write(closed.On)}",
        };
        await scope.Transaction.UpdateDeliveryAsync(ended);
        signals.NotifyLane(scope, ended);
        scope.Append(DeliveryTrail.Redirected(ended, to, successor));
        scope.AfterCommit(() =>
        {
            DeliveryMetrics.Changed(DeliveryState.Cancelled);
            signals.Notify(to.System.Address);
        });
        return true;
    }

    /// <summary>The successor's delivery of this message: a new one, or the one it has. One that had itself moved away, before its
    /// agency was opened again, is taken up again.</summary>
    private static async ValueTask<long> SucceedAsync(CommitScope scope, DeliveryRecord old, MessageRecord message, ResolvedRecipient to, DateTimeOffset now)
    {
        var due = message.NotBefore > now ? message.NotBefore.Value : now;
        var queued = new DeliveryRecord
        {
            Message = message.Key, Recipient = to.System.Address, Role = old.Role, Why = to.Why, State = DeliveryState.Queued, Due = due, Since = now,
            Lane = old.Lane, LanePlace = old.LanePlace, HoldsLane = old.HoldsLane, Changed = now,
        };
        var existing = await scope.Transaction.FindDeliveryAsync(message.Key, to.System.Address);
        if (existing is { State: DeliveryState.Cancelled } && existing.LastProblem == ProblemCode.RecipientClosed.Code)
            await scope.Transaction.UpdateDeliveryAsync(queued with { Id = existing.Id, Replays = existing.Replays, Answers = existing.Answers });
        return existing?.Id ?? await scope.Transaction.InsertDeliveryAsync(message, queued);
    }
}
