using System.Diagnostics;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Tracing;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>An attempt whose outcome is known and not yet recorded.</summary>
/// <param name="Held">The delivery as it was claimed.</param>
/// <param name="Message">Its message.</param>
/// <param name="System">The recipient.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Interrupted">Whether a stop of the hub cut it short.</param>
/// <param name="Probe">What it was a probe for; null: a usual attempt.</param>
internal sealed record MadeAttempt(DeliveryRecord Held, MessageRecord Message, AgencySystem System, AttemptOutcome Outcome, bool Interrupted, Probe? Probe)
{
    /// <summary>Its place in its message's trace, if it has one.</summary>
    internal ActivityContext Trace { get; init; }

    /// <summary>What it tells of its system; null: nothing was sent, or a stop of the hub cut it short.</summary>
    internal AttemptOutcome? Heard { get; init; }
}

/// <summary>Makes one attempt through a channel, and records what came of it.</summary>
internal sealed class DeliveryAttempts(
    IRegistry registry, IHubStore store, IEnumerable<IDeliveryChannel> channels, DeliveryStatements statements, DeliveryOutcomes outcomes, OctetBudget budget, TimeProvider clock,
    ILogger log)
{
    private static readonly TimeSpan RecordAgain = TimeSpan.FromSeconds(1);

    /// <summary>How long an attempt waits for room in memory; less than the time by which a claim outlasts its attempt.</summary>
    private static readonly TimeSpan RoomPatience = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, IDeliveryChannel> _channels = channels.ToDictionary(c => c.Kind, StringComparer.Ordinal);

    /// <summary>Whether the hub itself serves systems with this kind of channel.</summary>
    internal bool Serves(AgencySystem system) => _channels.ContainsKey(system.Channel.Kind);

    /// <summary>Makes an attempt; null when none was made: the message is not there, which leaves the delivery to the end of its
    /// claim; or there was no room for it in memory, or its agency closed after it was claimed, which gives it back.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>: the store was away, so nothing was attempted.</exception>
    internal async Task<MadeAttempt?> MakeAsync(HeldDelivery taken, AgencySystem system, Probe? probe, CancellationToken abort)
    {
        using var copyRoom = taken.Copy?.Room;
        var held = taken.Delivery;
        try
        {
            var copy = taken.Copy is { } fresh && fresh.IsUsable(clock.GetUtcNow()) ? fresh : null;
            if (copy is null) copyRoom?.Dispose();
            var message = copy?.Message ?? await store.FindMessageAsync(held.Message, CancellationToken.None);
            if (message is null) return null;
            if (!RegistrySnapshot.IsProtocol(message.Type) && ReorganisationPolicy.IsClosed(registry.Current, system.Address, clock.GetUtcNow()))
            {
                await outcomes.GiveBackAsync([taken]);
                return null;
            }

            using var room = copy is null ? await budget.TakeAsync(message.Size, RoomPatience, clock, abort) : null;
            if (room is null && copy is null)
            {
                await outcomes.GiveBackAsync([taken]);
                return null;
            }

            using var span = MessageTrace.BeginAttempt(held, system);
            var (outcome, isSent) = await OutcomeAsync(held, message, copy?.Octets, system, abort);
            DeliveryMetrics.Attempted(system.Channel.Kind, outcome);
            MessageTrace.EndAttempt(span, held, system, outcome);
            var isCut = abort.IsCancellationRequested;
            return new MadeAttempt(held, message, system, outcome, isCut, probe) { Trace = MessageTrace.Followed(span), Heard = isSent && !isCut ? outcome : null };
        }
        catch (Exception failure) when (failure is not ProblemException { Code.Code: "unavailable" })
        {
            log.LogError(failure, "Delivery {Delivery} could not be attempted; it comes round again when its claim ends.", held.Id);
            return null;
        }
    }

    /// <summary>Records an outcome; while the hub cannot commit, tries again until the claim ends.</summary>
    internal async Task RecordAsync(MadeAttempt attempt)
    {
        using var span = MessageTrace.BeginOutcome(attempt.Trace);
        while (true)
        {
            try
            {
                await RecordOnceAsync(attempt);
                return;
            }
            catch (ProblemException refused) when (refused.Code == ProblemCode.Unavailable && clock.GetUtcNow() + RecordAgain < attempt.Held.ClaimedUntil && !attempt.Interrupted)
            {
                await Task.Delay(RecordAgain, clock);
            }
            catch (Exception failure)
            {
                log.LogError(failure, "The outcome of delivery {Delivery} could not be recorded; it is attempted again when its claim ends.", attempt.Held.Id);
                return;
            }
        }
    }

    /// <returns>What came of it, and whether that is the system's doing: not what the hub finds by itself.</returns>
    private async ValueTask<(AttemptOutcome Outcome, bool IsSent)> OutcomeAsync(
        DeliveryRecord held, MessageRecord message, ReadOnlyMemory<byte>? copy, AgencySystem system, CancellationToken abort)
    {
        var most = system.Policy.MaxAttempts + ClaimPolicy.Interruptions;
        switch (ClaimPolicy.Decide(new ClaimInput(held.Attempts, most, clock.GetUtcNow(), message.Expires)))
        {
            case ClaimDecision.Expire:
                return (new AttemptOutcome.Failed(ProblemCode.Expired, $"not delivered before {message.Expires:O}"), false);
            case ClaimDecision.Die:
                return (new AttemptOutcome.Rejected(ProblemCode.ClaimsExhausted, $"{most} attempts were made, many of them cut short by a stop of the hub"), false);
        }

        if ((copy ?? await store.ReadOctetsAsync(held.Message, CancellationToken.None)) is not { } octets)
            return (new AttemptOutcome.Rejected(ProblemCode.ContentErased, "the content was erased before it was delivered"), false);
        using var either = new CancellationTokenSource(system.Policy.Timeout, clock);
        await using var aborting = abort.UnsafeRegister(static either => ((CancellationTokenSource)either!).Cancel(), either);
        var isSent = false;
        try
        {
            var statement = await statements.SignAsync(held, message, either.Token);
            isSent = true;
            return (await _channels[system.Channel.Kind].SendAsync(new OutgoingDelivery(held, message, octets, statement, system), either.Token), isSent);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return (new AttemptOutcome.Failed(ProblemCode.RecipientTimeout, $"no end within {system.Policy.Timeout.TotalSeconds} s") { Fault = FailureFault.System }, isSent);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "The channel {Channel} failed with delivery {Delivery}.", system.Channel.Kind, held.Id);
            return (new AttemptOutcome.Failed(ProblemCode.InternalError, $"the channel '{system.Channel.Kind}' failed ({failure.GetType().Name})"), false);
        }
    }

    private async ValueTask RecordOnceAsync(MadeAttempt attempt)
    {
        var (held, message, system, outcome, interrupted, probe) = attempt;
        switch (outcome)
        {
            case AttemptOutcome.Settled:
                return;
            case AttemptOutcome.Delivered delivered:
                await outcomes.DeliveredAsync(held, message, delivered.Answer, DeliveryTrail.Hub);
                return;
            case AttemptOutcome.Rejected rejected:
                await outcomes.GiveUpAsync(held, message, DeliveryState.Dead, rejected.Problem, rejected.Detail);
                return;
            case AttemptOutcome.Failed when interrupted:
                await outcomes.RetryAsync(held, clock.GetUtcNow(), ProblemCode.Unavailable, "cut short by a stop of the hub", DeliveryTrail.Hub);
                return;
            case AttemptOutcome.Failed failed:
                await FailedAsync(held, message, system, failed, probe);
                return;
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
        }
    }

    private async ValueTask FailedAsync(DeliveryRecord held, MessageRecord message, AgencySystem system, AttemptOutcome.Failed failed, Probe? probe)
    {
        // What fails because its system is away is not to blame, and lets another one try next.
        var isSpared = probe is not null && probe.Breaker.Spares(held.Id, failed.Fault, system.Policy);
        var input = DeliveryAges.AfterFailure(system.Policy, held, message, clock.GetUtcNow(), failed.RetryAfter);
        var decision = RetryPolicy.Decide(isSpared ? input with { Attempts = input.Attempts - 1, NotWithin = probe!.Breaker.KeepsOff(system.Policy) } : input);
        switch (decision)
        {
            case RetryDecision.Retry retry:
                await outcomes.RetryAsync(held, retry.Due, failed.Problem, failed.Detail, DeliveryTrail.Hub, isSpared);
                return;
            case RetryDecision.Dead dead:
                await outcomes.GiveUpAsync(held, message, DeliveryState.Dead, failed.Problem, $"{failed.Detail} ({dead.Why})");
                return;
            default:
                await outcomes.GiveUpAsync(held, message, DeliveryState.Expired, ProblemCode.Expired, failed.Detail);
                return;
        }
    }
}
