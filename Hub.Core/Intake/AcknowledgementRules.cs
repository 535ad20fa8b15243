using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Core.Intake;

/// <summary>What a signed <c>hub.ack.v1</c> from a recipient must fulfil, beyond what its delivery decides. Pure.</summary>
internal static class AcknowledgementRules
{
    /// <summary>Greatest acknowledgement in bytes: no right governs it, so it has room for its answer and nothing else.</summary>
    internal const int MaxBytes = 64 * 1024;

    /// <summary>Checks that an acknowledgement carries its answer alone.</summary>
    /// <exception cref="ProblemException"><c>too-large</c> or <c>not-allowed</c>.</exception>
    internal static void CheckShape(VerifiedEnvelope verified)
    {
        var envelope = verified.Envelope;
        if (envelope.Type != MessageType.Acknowledgement) return;
        if (verified.Octets.Length > MaxBytes)
            throw ProblemCode.TooLarge.With($"The acknowledgement has {verified.Octets.Length} bytes; at most {MaxBytes} are allowed. Send content as a message of its own.");
        if (envelope.Attachments.Count > 0)
            throw ProblemCode.NotAllowed.With($"An acknowledgement has no attachments; this one has {envelope.Attachments.Count}. Send them with a message of its own. Broken link: right.");
        if (envelope.Extensions.Count > 0)
            throw ProblemCode.NotAllowed.With($"An acknowledgement has no extensions; this one has '{envelope.Extensions[0].Name}'. Leave it out. Broken link: right.");
    }

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
