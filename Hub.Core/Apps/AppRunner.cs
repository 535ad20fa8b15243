using System.Collections.Concurrent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Apps;

/// <summary>Runs a handler and commits its effects together with the end of its delivery, exactly once.</summary>
/// <remarks>The handler runs without any lock. One unit of a commit then checks that the delivery is still held by the claim it
/// ran under and that nothing it read has changed, and applies writes, messages, answers and the end of the delivery. If the
/// hub stops before, nothing has happened and the handler runs again; if it stops after, the delivery is over. Runs of one app
/// that got in each other's way take turns.</remarks>
internal sealed class AppRunner(
    ICommitter committer, IHubStore store, IHubKeys keys, Acknowledgements acknowledgements, Lazy<IIntake> intake, DeliverySignals signals, TimeProvider clock)
{
    /// <summary>How an app's messages are attested: the hub holds the app's key.</summary>
    internal const string Assurance = "hub-attested(app)";

    private const int MostRuns = 32;

    private readonly ConcurrentDictionary<SystemAddress, SemaphoreSlim> _turns = new();

    private enum Ending
    {
        Applied,
        ClaimLost,
        ReadsChanged,
    }

    /// <summary>Runs the handler until its effects are in.</summary>
    /// <returns>Whether they are; false when what it reads changed under it again and again.</returns>
    /// <exception cref="ProblemException">A message it sends has bad recipients; nothing was committed.</exception>
    internal async ValueTask<bool> RunAsync(IHandle handler, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        // The octets were verified when they were accepted, and come from the hub's own store.
        var envelope = delivery.Message.Encoding == EnvelopeEncoding.Xml
            ? XmlEnvelope.ReadUnverified(delivery.Octets, EnvelopeLimits.Default)
            : JsonEnvelope.ReadUnverified(delivery.Octets, EnvelopeLimits.Default);
        var turn = _turns.GetOrAdd(delivery.Recipient.Address, static _ => new SemaphoreSlim(1, 1));
        var inTurn = false;
        try
        {
            for (var run = 0; run < MostRuns; run++)
            {
                if (!inTurn && (run > 0 || turn.CurrentCount == 0))
                {
                    await turn.WaitAsync(cancellationToken);
                    inTurn = true;
                }

                if (await RunOnceAsync(handler, envelope, delivery, cancellationToken) != Ending.ReadsChanged) return true;
            }

            return false;
        }
        finally
        {
            if (inTurn) turn.Release();
        }
    }

    private async ValueTask<Ending> RunOnceAsync(IHandle handler, Envelope envelope, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        var context = new HandlerContext(delivery.Recipient.Address, delivery.Message, store, clock.GetUtcNow());
        await handler.HandleAsync(envelope, context, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var sends = await SealAsync(context, context.Sends);
        var replies = await SealAsync(context, AnswersToSender(context));
        return await committer.RunAsync(scope => ApplyAsync(scope, delivery.Delivery, context, sends, replies), cancellationToken);
    }

    private async ValueTask<Ending> ApplyAsync(
        CommitScope scope, DeliveryRecord held, HandlerContext context, IReadOnlyList<VerifiedEnvelope> sends, IReadOnlyList<VerifiedEnvelope> replies)
    {
        if (await DeliveryOutcomes.FindHeldAsync(scope, held) is not { State: DeliveryState.Claimed } current) return Ending.ClaimLost;
        foreach (var (key, value) in context.Reads)
        {
            if (!Same(await scope.Transaction.ReadAppStateAsync(context.Self, key), value)) return Ending.ReadsChanged;
        }

        foreach (var (key, value) in context.Writes) await scope.Transaction.WriteAppStateAsync(context.Self, key, value);
        foreach (var send in sends) await intake.Value.StageAsync(scope, send, Assurance);
        await EndAsync(scope, current, context);
        foreach (var reply in replies) await StageReplyAsync(scope, reply, current, context);
        return Ending.Applied;
    }

    /// <summary>A reply that cannot be sent undoes nothing of the work it answers for.</summary>
    private async ValueTask StageReplyAsync(CommitScope scope, VerifiedEnvelope reply, DeliveryRecord held, HandlerContext context)
    {
        try
        {
            await intake.Value.StageAsync(scope, reply, Assurance);
        }
        catch (ProblemException refused)
        {
            scope.Append(DeliveryTrail.AnswerDropped(held, context.Self.ToString(), context.Message.From, refused.Problem));
        }
    }

    private async ValueTask EndAsync(CommitScope scope, DeliveryRecord held, HandlerContext context)
    {
        var now = clock.GetUtcNow();
        var ended = held with
        {
            State = DeliveryState.Delivered, ClaimedUntil = null, DeliveredAt = now, LastProblem = null, LastDetail = null, Changed = now,
        };
        await scope.Transaction.UpdateDeliveryAsync(ended);
        signals.NotifyLane(scope, ended);
        scope.Append(DeliveryTrail.Delivered(ended, context.Self.ToString()));
        scope.AfterCommit(static () => DeliveryMetrics.Changed(DeliveryState.Delivered));
        foreach (var reply in context.Replies) ended = await acknowledgements.ApplyOfAppAsync(scope, ended, context.Message, reply);
    }

    private static IEnumerable<Envelope> AnswersToSender(HandlerContext context)
    {
        var message = context.Message;
        foreach (var reply in context.Replies)
        {
            var answer = new Acknowledgement(
                message.Key, message.Sha256, reply.Outcome, reply.Status, reply.Reason, EnvelopeSeal.WholeMilliseconds(context.Now));
            yield return new Envelope
            {
                Id = EnvelopeSeal.NewId(context.Now),
                Type = MessageType.Acknowledgement,
                From = context.Self,
                To = [new Recipient(RecipientAddress.Parse(message.From.ToString()))],
                Created = EnvelopeSeal.WholeMilliseconds(context.Now),
                Conversation = message.Conversation,
                InReplyTo = new InReplyTo(message.Key, message.Sha256),
                Payload = answer.ToPayload(),
            };
        }
    }

    private async ValueTask<IReadOnlyList<VerifiedEnvelope>> SealAsync(HandlerContext context, IEnumerable<Envelope> envelopes)
    {
        List<VerifiedEnvelope> signed = [];
        foreach (var envelope in envelopes)
            signed.Add(await EnvelopeSeal.SealAsync(envelope, keys.AppKey(context.Self), keys.AppVerifier(context.Self)));
        return signed;
    }

    private static bool Same(ReadOnlyMemory<byte>? one, ReadOnlyMemory<byte>? other) =>
        one.HasValue == other.HasValue && (!one.HasValue || one.Value.Span.SequenceEqual(other!.Value.Span));
}
