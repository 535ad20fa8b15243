using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Messages;

/// <summary>What a recipient says of a message.</summary>
public enum AcknowledgementOutcome
{
    /// <summary>It has it (<c>accepted</c>).</summary>
    Accepted,

    /// <summary>It will not take it, with a reason (<c>refused</c>).</summary>
    Refused,
}

/// <summary>The content of <c>hub.ack.v1</c>: the recipient's signed answer.</summary>
/// <param name="Message">Key of the message answered.</param>
/// <param name="Sha256">SHA-256 of its exact bytes, lower-case hexadecimal.</param>
/// <param name="Outcome">Accepted or refused.</param>
/// <param name="Status">Business status, edXML 01…06, 13, 15, 16, if it says one.</param>
/// <param name="Reason">Why; required when refused; at most 2,000 characters.</param>
/// <param name="Time">When the recipient says this.</param>
/// <param name="AssertedBy">Null when the recipient signed; <c>hub</c> when the hub reports an unsigned answer.</param>
public sealed record Acknowledgement(
    MessageKey Message, string Sha256, AcknowledgementOutcome Outcome, string? Status, string? Reason, DateTimeOffset Time, string? AssertedBy = null)
{
    /// <summary>Writes it as a JSON payload.</summary>
    public Payload ToPayload() => throw new NotImplementedException();

    /// <summary>Reads it from an envelope of type <c>hub.ack.v1</c>.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c> naming the member.</exception>
    public static Acknowledgement Read(Envelope envelope) => throw new NotImplementedException();
}
