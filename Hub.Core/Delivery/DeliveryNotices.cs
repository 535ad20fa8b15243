using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>Writes the hub's own messages to a sender about one of its deliveries. They are signed before the commit that
/// stages them, so that no lock is held meanwhile.</summary>
internal sealed class DeliveryNotices(IHubKeys keys)
{
    /// <summary>How the hub attests its own messages.</summary>
    internal const string Assurance = "hub-attested(hub)";

    /// <summary>Whether the sender is to hear of a delivery: never about the hub's own messages nor about <c>hub.*</c>
    /// messages, or notices would breed notices.</summary>
    internal bool IsWanted(MessageRecord message) =>
        !message.Type.Value.StartsWith("hub.", StringComparison.Ordinal)
        && message.From != keys.Address;

    /// <summary>A <c>hub.delivery-failed.v1</c>.</summary>
    internal ValueTask<VerifiedEnvelope> FailureAsync(
        MessageRecord message, DeliveryRecord delivery, DeliveryState state, ProblemCode problem, string reason, DateTimeOffset now)
    {
        var failure = new DeliveryFailure(
            message.Key, message.Sha256, delivery.Recipient, DeliveryTrail.Text(state), problem.Code, reason, delivery.Attempts,
            EnvelopeSeal.WholeMilliseconds(now));
        return SealAsync(MessageType.DeliveryFailed, failure.ToPayload(), message, now);
    }

    /// <summary>A <c>hub.ack.v1</c> in which the hub reports a recipient's unsigned answer.</summary>
    internal ValueTask<VerifiedEnvelope> AnswerAsync(MessageRecord message, UnsignedAnswer answer, DateTimeOffset now)
    {
        var acknowledgement = new Acknowledgement(
            message.Key, message.Sha256, answer.Outcome, answer.Status, answer.Reason, EnvelopeSeal.WholeMilliseconds(now), Assertion.Hub);
        return SealAsync(MessageType.Acknowledgement, acknowledgement.ToPayload(), message, now);
    }

    private ValueTask<VerifiedEnvelope> SealAsync(MessageType type, Payload payload, MessageRecord about, DateTimeOffset now)
    {
        var envelope = new Envelope
        {
            Id = EnvelopeSeal.NewId(now),
            Type = type,
            From = keys.Address,
            To = [new Recipient(RecipientAddress.Parse(about.From.ToString()))],
            Created = EnvelopeSeal.WholeMilliseconds(now),
            Conversation = about.Conversation,
            InReplyTo = new InReplyTo(about.Key, about.Sha256),
            Payload = payload,
        };
        return EnvelopeSeal.SealAsync(envelope, keys.Gateway, keys.GatewayVerifier);
    }
}
