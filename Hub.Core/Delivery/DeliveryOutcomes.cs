using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Intake;
using Hub.Core.Requests;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Records what became of a delivery that somebody held: one unit of a grouped commit each. Nothing is recorded when
/// the delivery is no longer what its holder saw, because then somebody else has it or ended it.</summary>
internal sealed class DeliveryOutcomes(
    ICommitter committer, Acknowledgements acknowledgements, DeliveryNotices notices, Lazy<IIntake> intake, DeliverySignals signals, TimeProvider clock)
{
    private const int MaxDetail = 2_000;
    private readonly RetryWakes _wakes = new(signals.Notify, clock);

    /// <summary>The recipient's system has it; with its unsigned answer if it gave one.</summary>
    /// <returns>The delivery as it is now; null when it was no longer held.</returns>
    /// <exception cref="ProblemException"><c>schema-violation</c> for the answer.</exception>
    internal async ValueTask<DeliveryRecord?> DeliveredAsync(DeliveryRecord held, MessageRecord message, UnsignedAnswer? answer, string actor)
    {
        var now = clock.GetUtcNow();
        signals.Life.Seen(held.Recipient, now);
        var notice = answer is not null && notices.IsWanted(message) ? await notices.AnswerAsync(message, answer, now) : null;
        // Made before the commit: under one claim neither attempts nor recipient change.
        var entry = DeliveryTrail.Delivered(held, actor);
        return await committer.RunAsync<DeliveryRecord?>(new UnitReads(Delivery: held.Id), async scope =>
        {
            var current = await FindHeldAsync(scope, held);
            if (current is null) return null;
            if (current.State == DeliveryState.Claimed)
            {
                current = current with { State = DeliveryState.Delivered, ClaimedUntil = null, DeliveredAt = now, LastProblem = null, LastDetail = null, Changed = now };
                scope.Append(current.Attempts == held.Attempts ? entry : DeliveryTrail.Delivered(current, actor));
                await scope.Transaction.UpdateDeliveryAsync(current);
                signals.NotifyLane(scope, current);
                scope.AfterCommit(static () => DeliveryMetrics.Changed(DeliveryState.Delivered));
            }

            if (answer is null) return current;
            var answered = await acknowledgements.ApplyUnsignedAsync(scope, current, message, answer);
            RequestWaits.Tell(scope, message, now);
            scope.AfterCommit(() => signals.Requests.Notify(message.Key));
            await StageAsync(scope, answered.Answers > current.Answers && answered.AssertedBy == Assertion.Hub ? notice : null, answered, message);
            return answered;
        });
    }

    /// <summary>It failed and is due again at an instant; <paramref name="isSpared"/>: that does not count as one of its attempts.</summary>
    internal async ValueTask<bool> RetryAsync(DeliveryRecord held, DateTimeOffset due, ProblemCode problem, string detail, string actor, bool isSpared = false)
    {
        var (now, said) = (clock.GetUtcNow(), PlainText.Fit(detail, MaxDetail));
        return await committer.RunAsync(new UnitReads(Delivery: held.Id), async scope =>
        {
            if (await FindHeldAsync(scope, held) is not { State: DeliveryState.Claimed } current) return false;
            var queued = current with
            {
                State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Due = due, LastProblem = problem.Code, LastDetail = said, Changed = now,
            };
            scope.Append(DeliveryTrail.Failed(queued, actor));
            if (isSpared) queued = queued with { Attempts = queued.Attempts - 1 };
            await scope.Transaction.UpdateDeliveryAsync(queued);
            scope.AfterCommit(() =>
            {
                DeliveryMetrics.Changed(DeliveryState.Queued);
                _wakes.Schedule(queued.Recipient, due);
                // The next claim learns when it comes due, so that nothing fresh passes it then.
                signals.Notify(queued.Recipient);
            });
            return true;
        });
    }

    /// <summary>It is given up (dead or expired); the sender hears of it in the same commit. With an instant, only while nobody
    /// holds it then.</summary>
    internal async ValueTask<bool> GiveUpAsync(
        DeliveryRecord held, MessageRecord message, DeliveryState state, ProblemCode problem, string detail, DateTimeOffset? untakenAt = null)
    {
        var (now, said) = (clock.GetUtcNow(), PlainText.Fit(detail, MaxDetail));
        var notice = notices.IsWanted(message) ? await notices.FailureAsync(message, held, state, problem, said, now) : null;
        return await committer.RunAsync(new UnitReads(Delivery: held.Id), async scope =>
        {
            if (await FindHeldAsync(scope, held) is not { State: DeliveryState.Claimed or DeliveryState.Queued } current) return false;
            if (untakenAt is { } at && !ReorganisationPolicy.IsUntaken(current, at)) return false;
            var ended = current with
            {
                State = state, Claim = null, ClaimedUntil = null, LastProblem = problem.Code, LastDetail = said, Changed = now,
            };
            scope.Append(DeliveryTrail.GivenUp(ended));
            await scope.Transaction.UpdateDeliveryAsync(ended);
            signals.NotifyLane(scope, ended);
            await StageAsync(scope, notice, ended, message);
            RequestWaits.Tell(scope, message, now);
            scope.AfterCommit(() =>
            {
                DeliveryMetrics.Changed(state);
                signals.Requests.Notify(message.Key);
            });
            return true;
        });
    }

    /// <summary>Gives back claims under which nothing was attempted: as if they had not been made.</summary>
    internal async ValueTask GiveBackAsync(IReadOnlyList<HeldDelivery> held)
    {
        if (held.Count == 0) return;
        foreach (var one in held) one.Drop();
        var now = clock.GetUtcNow();
        await committer.RunAsync(async scope =>
        {
            foreach (var one in held)
            {
                if (await FindHeldAsync(scope, one.Delivery) is not { State: DeliveryState.Claimed } current) continue;
                signals.Direct.Close(current.Recipient);
                // Again: a claim that ran meanwhile did not see it.
                scope.AfterCommit(() => signals.Direct.Close(current.Recipient));
                await scope.Transaction.UpdateDeliveryAsync(
                    current with { State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Attempts = current.Attempts - 1, Changed = now });
            }

            return true;
        });
    }

    /// <summary>The delivery when it is still what its holder saw; otherwise null.</summary>
    internal static async ValueTask<DeliveryRecord?> FindHeldAsync(CommitScope scope, DeliveryRecord held)
    {
        var current = held.Claim is { } claim ? await scope.Transaction.FindHeldAsync(held.Id, claim) : await scope.Transaction.FindDeliveryAsync(held.Id);
        return current is not null && current.Claim == held.Claim && current.Replays == held.Replays ? current : null;
    }

    private async ValueTask StageAsync(CommitScope scope, VerifiedEnvelope? notice, DeliveryRecord delivery, MessageRecord message)
    {
        if (notice is null) return;
        try
        {
            await intake.Value.StageAsync(scope, notice, DeliveryNotices.Assurance);
        }
        catch (ProblemException refused)
        {
            // The sender has left the registry. The outcome is recorded all the same.
            scope.Append(DeliveryTrail.AnswerDropped(delivery, DeliveryTrail.Hub, message.From, refused.Problem));
        }
    }
}
