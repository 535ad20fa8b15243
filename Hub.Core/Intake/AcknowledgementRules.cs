using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Core.Intake;

/// <summary>What a signed <c>hub.ack.v1</c> from a recipient must fulfil, beyond what its delivery decides. Pure.</summary>
internal static class AcknowledgementRules
{
    /// <summary>The answer, when the envelope is one.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c>.</exception>
    internal static Acknowledgement? Read(Envelope envelope)
    {
        if (envelope.Type != MessageType.Acknowledgement) return null;
        var answer = Acknowledgement.Read(envelope);
        if (answer.AssertedBy is not null)
            throw ProblemCode.SchemaViolation.With("'assertedBy' is the hub's word for unsigned answers; leave it out of a signed one.");
        if (envelope.InReplyTo is { } reply && (reply.Key != answer.Message || reply.Sha256 != answer.Sha256))
            throw ProblemCode.SchemaViolation.With("'inReplyTo' and the acknowledgement name different messages; both must name the one acknowledged.");
        return answer;
    }

    /// <exception cref="ProblemException"><c>not-allowed</c>: it is not addressed to the sender of the message alone.</exception>
    internal static void CheckRecipient(IReadOnlyList<ResolvedRecipient> recipients, SystemAddress sender)
    {
        if (recipients is not [var only] || only.System.Address != sender)
            throw ProblemCode.NotAllowed.With($"An acknowledgement goes to the sender of the message alone, {sender}. Broken link: right.");
    }
}
