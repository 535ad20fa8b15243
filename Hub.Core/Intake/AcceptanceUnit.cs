using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Requests;
using Hub.Core.Routing;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Intake;

/// <summary>The unit of work that accepts one candidate: message, deliveries and log entry, together or not at all.</summary>
internal sealed class AcceptanceUnit(IAcknowledgements acknowledgements, IUploadStore uploads, DeliverySignals signals, IRegistry registry, Tombstones tombstones, TimeProvider clock)
{
    /// <summary>What the unit did.</summary>
    /// <param name="Message">The message; the one accepted before, when this is a duplicate or an
    /// acknowledgement that repeats the one in force.</param>
    /// <param name="Ticket">Its entry; null when this is a duplicate.</param>
    internal readonly record struct Outcome(MessageRecord Message, EntryTicket? Ticket);

    /// <exception cref="ProblemException"><c>duplicate-conflict</c>, <c>upload-incomplete</c>, <c>content-erased</c>, or what an acknowledgement's delivery refuses.</exception>
    /// <exception cref="StaleRegistryException">The candidate was checked on a registry that is not in force any more.</exception>
    internal async ValueTask<Outcome> RunAsync(CommitScope scope, Candidate candidate, TrailEntry entry)
    {
        if (await scope.Transaction.FindMessageAsync(candidate.Key) is { } accepted)
        {
            CheckSameContent(accepted, candidate.ContentDigest);
            return new Outcome(accepted, Ticket: null);
        }

        await tombstones.RefuseAsync(candidate.Key);
        await RegistryInForce.RequireAsync(scope, candidate.Registry);
        if (candidate.Answer is { } repeated && await FindRepeatedAsync(scope, candidate, repeated) is { } earlier) return new Outcome(earlier, Ticket: null);
        await UploadCheck.RequireStillThereAsync(uploads, candidate.Verified.Envelope.From, candidate.Uploads);
        var ticket = scope.Append(entry);
        var message = candidate.ToRecord(ticket.Index) with { WaitedUntil = signals.Requests.UntilOf(candidate.Key) };
        var deliveries = RoutePlanner.Plan(message, candidate.Recipients, candidate.Order);
        if (candidate.Answer is { } answer) await ApplyAsync(scope, candidate, answer);
        deliveries = await HoldAsync(scope, candidate, deliveries);
        var octets = candidate.Verified.Octets;
        var fresh = FreshDeliveries.Of(scope, signals, deliveries, octets.Length, clock.GetUtcNow());
        var ids = await scope.Transaction.InsertMessageAsync(message, octets, fresh.Records);
        scope.AfterCommit(() =>
        {
            if (message.Uploads.Count > 0) uploads.Keep(message.From, message.Uploads);
            fresh.Committed(ids, message.Entry == ticket.Index ? message : message with { Entry = ticket.Index }, octets);
            if (message.InReplyTo is { } request) signals.Requests.Notify(request);
            if (candidate.Answer is { } applied) signals.Requests.Notify(applied.Message);
        });
        return new Outcome(message, ticket);
    }

    /// <summary>Holds the first reply back from its usual way while who asked waits for it, on whichever node, and tells him.</summary>
    private async ValueTask<IReadOnlyList<DeliveryRecord>> HoldAsync(CommitScope scope, Candidate candidate, IReadOnlyList<DeliveryRecord> deliveries)
    {
        var envelope = candidate.Verified.Envelope;
        if (envelope.InReplyTo?.Key is not { } key || await scope.Transaction.FindMessageAsync(key) is not { } request) return deliveries;
        RequestWaits.Tell(scope, request, candidate.Accepted);
        if (RequestWaits.HoldOf(request, candidate.Accepted) is not { } until || !deliveries.Any(d => d.Recipient == request.From)) return deliveries;
        if (registry.Current.FindService(request.Type)?.Reply != envelope.Type || await scope.Transaction.FindDeliveryAsync(key, envelope.From) is null) return deliveries;
        await scope.Transaction.WriteWaitAsync(key, null);
        return [.. deliveries.Select(d => d.Recipient == request.From && until > d.Due ? d with { Due = until } : d)];
    }

    private async ValueTask ApplyAsync(CommitScope scope, Candidate candidate, Acknowledgement answer)
    {
        // Refused before anything is written, since a unit that throws after it wrote costs its group a second run; and
        // only to a recipient of the message, since the refusal names its sender.
        var recipient = candidate.Verified.Envelope.From;
        if (await scope.Transaction.FindDeliveryAsync(answer.Message, recipient) is not null
            && await scope.Transaction.FindMessageAsync(answer.Message) is { } answered && !(answered.NotBefore > clock.GetUtcNow()))
            AcknowledgementRules.CheckRecipient(candidate.Recipients, answered.From);
        await acknowledgements.ApplySignedAsync(scope, recipient, answer, candidate.Key);
    }

    private static async ValueTask<MessageRecord?> FindRepeatedAsync(CommitScope scope, Candidate candidate, Acknowledgement answer)
    {
        if (await scope.Transaction.FindDeliveryAsync(answer.Message, candidate.Verified.Envelope.From) is not { Answer: { } inForce } delivery) return null;
        if (!AcknowledgementPolicy.IsRepeat(delivery, new UnsignedAnswer(answer.Outcome, answer.Status, answer.Reason), Assertion.Recipient)) return null;
        var answered = await scope.Transaction.FindMessageAsync(answer.Message);
        return answered?.Sha256 == answer.Sha256 ? await scope.Transaction.FindMessageAsync(inForce) : null;
    }

    /// <exception cref="ProblemException"><c>duplicate-conflict</c>.</exception>
    internal static void CheckSameContent(MessageRecord accepted, string contentDigest)
    {
        if (accepted.ContentDigest == contentDigest) return;
        throw new ProblemException(new Problem(
            ProblemCode.DuplicateConflict,
            $"{accepted.From} has used the id '{accepted.Id}' for other content, accepted at {accepted.Accepted:u}.")
        {
            MessageKey = accepted.Key.Value,
        });
    }
}
