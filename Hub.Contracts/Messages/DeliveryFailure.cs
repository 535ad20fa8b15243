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
    /// <summary>Writes it as a JSON payload. A reason that is too long or holds controls is cut and cleaned.</summary>
    public Payload ToPayload() => HubPayload.Write(json =>
    {
        json.WriteString("message", Message.Value);
        json.WriteString("sha256", Sha256);
        json.WriteString("recipient", Recipient.ToString());
        json.WriteString("state", State);
        json.WriteString("code", Code);
        json.WriteString("reason", PlainText.Fit(Reason, HubPayload.MaxReason));
        json.WriteNumber("attempts", Attempts);
        json.WriteString("time", Rfc3339.Format(Time));
    });

    /// <summary>Reads it from an envelope of type <c>hub.delivery-failed.v1</c>.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c> naming the member.</exception>
    public static DeliveryFailure Read(Envelope envelope)
    {
        var cursor = HubPayload.Open(envelope, MessageType.DeliveryFailed);
        MessageKey? message = null;
        SystemAddress? recipient = null;
        string? sha256 = null, state = null, code = null, reason = null;
        int? attempts = null;
        DateTimeOffset? time = null;
        List<string> seen = [];
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "message": message = HubPayload.Key(ref cursor, name); break;
                case "sha256": sha256 = HubPayload.Sha256(ref cursor, name); break;
                case "recipient": recipient = HubPayload.System(ref cursor, name); break;
                case "state":
                    state = cursor.Text(name);
                    if (state is not ("dead" or "expired")) throw cursor.Fault($"has the state {TextRules.Quote(state)}; write dead or expired");
                    break;
                case "code": code = HubPayload.Code(ref cursor, name); break;
                case "reason": reason = HubPayload.Reason(ref cursor, name); break;
                case "attempts":
                    attempts = cursor.Integer(name) is >= 0 and <= int.MaxValue and var count ? (int)count : throw cursor.Fault("has a number of attempts below 0 or above 2147483647");
                    break;
                case "time": time = cursor.Time(name); break;
                default: throw cursor.Unknown(name, "the delivery failure");
            }
        }

        cursor.End();
        return new DeliveryFailure(
            message ?? throw cursor.Missing("message"), sha256 ?? throw cursor.Missing("sha256"), recipient ?? throw cursor.Missing("recipient"),
            state ?? throw cursor.Missing("state"), code ?? throw cursor.Missing("code"), reason ?? throw cursor.Missing("reason"),
            attempts ?? throw cursor.Missing("attempts"), time ?? throw cursor.Missing("time"));
    }
}
