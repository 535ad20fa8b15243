using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Applies recipients' answers to deliveries, signed and unsigned, inside a running commit. Thread-safe.</summary>
/// <param name="clock">The hub's clock.</param>
/// <param name="signals">Wakes what waited behind an answered delivery.</param>
public sealed class Acknowledgements(TimeProvider clock, DeliverySignals signals) : IAcknowledgements
{
    /// <inheritdoc/>
    public async ValueTask<SystemAddress> ApplySignedAsync(CommitScope scope, SystemAddress recipient, Acknowledgement answer, MessageKey? by = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.AssertedBy is not null)
            throw ProblemCode.SchemaViolation.With("Only the hub writes 'assertedBy'; leave it out of an acknowledgement you sign.");
        AcknowledgementPolicy.Check(answer.Outcome, answer.Status, answer.Reason);
        var delivery = await scope.Transaction.FindDeliveryAsync(answer.Message, recipient);
        var message = await scope.Transaction.FindMessageAsync(answer.Message);
        if (delivery is null || message is null || message.NotBefore > clock.GetUtcNow())
            throw ProblemCode.NotFound.With($"No message {answer.Message} was sent to {recipient}.");
        if (message.Sha256 != answer.Sha256)
            throw ProblemCode.DigestMismatch.With($"The acknowledgement is about bytes with the SHA-256 {answer.Sha256}; the message {answer.Message} has {message.Sha256}.");
        AcknowledgementPolicy.CheckCount(delivery);
        await ApplyAsync(scope, delivery, message, new UnsignedAnswer(answer.Outcome, answer.Status, answer.Reason), Assertion.Recipient, recipient.ToString(), by);
        return message.From;
    }

    /// <summary>Applies an answer that the hub has no recipient's signature for; one that repeats the answer in force does
    /// nothing and leaves no entry.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c>, or <c>not-allowed</c> beyond the most answers.</exception>
    internal ValueTask<DeliveryRecord> ApplyUnsignedAsync(CommitScope scope, DeliveryRecord delivery, MessageRecord message, UnsignedAnswer answer)
    {
        AcknowledgementPolicy.Check(answer.Outcome, answer.Status, answer.Reason);
        AcknowledgementPolicy.CheckCount(delivery);
        return ApplyAsync(scope, delivery, message, answer, Assertion.Hub, DeliveryTrail.Hub);
    }

    /// <summary>Applies an answer that an app on the bus gives; it is signed with the app's key.</summary>
    internal ValueTask<DeliveryRecord> ApplyOfAppAsync(CommitScope scope, DeliveryRecord delivery, MessageRecord message, UnsignedAnswer answer) =>
        ApplyAsync(scope, delivery, message, answer, Assertion.Recipient, delivery.Recipient.ToString());

    private async ValueTask<DeliveryRecord> ApplyAsync(
        CommitScope scope, DeliveryRecord delivery, MessageRecord message, UnsignedAnswer answer, string assertedBy, string actor, MessageKey? by = null)
    {
        answer = answer.Fitted();
        if (by is null && AcknowledgementPolicy.IsRepeat(delivery, answer, assertedBy)) return delivery;
        var after = AcknowledgementPolicy.Apply(delivery, answer, assertedBy, clock.GetUtcNow());
        after = after with { Answers = delivery.Answers + 1, Answer = by ?? delivery.Answer };
        scope.Append(DeliveryTrail.Acknowledged(after, answer, assertedBy, actor, message.Sha256));
        await scope.Transaction.UpdateDeliveryAsync(after);
        if (delivery.BlocksLane) signals.NotifyLane(scope, after);
        if (delivery.State != DeliveryState.Acknowledged) scope.AfterCommit(static () => DeliveryMetrics.Changed(DeliveryState.Acknowledged));
        return after;
    }
}
