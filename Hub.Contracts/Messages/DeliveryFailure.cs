using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Messages;

/// <summary>The content of <c>hub.delivery-failed.v1</c>, signed by the hub.</summary>
/// <param name="Message">Key of the message.</param>
/// <param name="Sha256">SHA-256 of its exact bytes, lower-case hexadecimal.</param>
/// <param name="Recipient">The system that did not get it.</param>
/// <param name="State"><c>dead</c> or <c>expired</c>.</param>
/// <param name="Code">Problem code of the last failure.</param>
/// <param name="Reason">What happened, for people.</param>
/// <param name="Attempts">How many attempts were made.</param>
/// <param name="Time">When the hub gave up.</param>
public sealed record DeliveryFailure(
    MessageKey Message, string Sha256, SystemAddress Recipient, string State, string Code, string Reason, int Attempts, DateTimeOffset Time)
{
    /// <summary>Writes it as a JSON payload.</summary>
    public Payload ToPayload() => throw new NotImplementedException();

    /// <summary>Reads it from an envelope of type <c>hub.delivery-failed.v1</c>.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c> naming the member.</exception>
    public static DeliveryFailure Read(Envelope envelope) => throw new NotImplementedException();
}
