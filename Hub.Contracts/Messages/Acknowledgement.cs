using Hub.Contracts.Addresses;
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
    /// <summary>Writes it as a JSON payload. A reason that is too long or holds controls is cut and cleaned.</summary>
    public Payload ToPayload() => HubPayload.Write(json =>
    {
        json.WriteString("message", Message.Value);
        json.WriteString("sha256", Sha256);
        json.WriteString("outcome", Outcome == AcknowledgementOutcome.Accepted ? "accepted" : "refused");
        if (Status is not null) json.WriteString("status", Status);
        if (Reason is not null) json.WriteString("reason", PlainText.Fit(Reason, HubPayload.MaxReason));
        json.WriteString("time", Rfc3339.Format(Time));
        if (AssertedBy is not null) json.WriteString("assertedBy", AssertedBy);
    });

    /// <summary>Reads it from an envelope of type <c>hub.ack.v1</c>.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c> naming the member.</exception>
    public static Acknowledgement Read(Envelope envelope)
    {
        var cursor = HubPayload.Open(envelope, MessageType.Acknowledgement);
        MessageKey? message = null;
        AcknowledgementOutcome? outcome = null;
        DateTimeOffset? time = null;
        string? sha256 = null, status = null, reason = null, assertedBy = null;
        List<string> seen = [];
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "message": message = HubPayload.Key(ref cursor, name); break;
                case "sha256": sha256 = HubPayload.Sha256(ref cursor, name); break;
                case "outcome":
                    outcome = cursor.Text(name) switch
                    {
                        "accepted" => AcknowledgementOutcome.Accepted,
                        "refused" => AcknowledgementOutcome.Refused,
                        var other => throw cursor.Fault($"has the outcome {TextRules.Quote(other)}; write accepted or refused"),
                    };
                    break;
                case "status":
                    status = cursor.Text(name);
                    if (!IsStatus(status)) throw cursor.Fault($"has the status {TextRules.Quote(status)}; write two digits such as 01, 03 or 06");
                    break;
                case "reason": reason = HubPayload.Reason(ref cursor, name); break;
                case "time": time = cursor.Time(name); break;
                case "assertedBy":
                    assertedBy = cursor.Text(name);
                    if (assertedBy != "hub") throw cursor.Fault($"has {TextRules.Quote(assertedBy)} in 'assertedBy'; only the hub writes it, and writes hub");
                    break;
                default: throw cursor.Unknown(name, "the acknowledgement");
            }
        }

        cursor.End();
        if (outcome == AcknowledgementOutcome.Refused && string.IsNullOrWhiteSpace(reason))
            throw cursor.Fault("refuses without a 'reason'; say why in words");
        return new Acknowledgement(
            message ?? throw cursor.Missing("message"), sha256 ?? throw cursor.Missing("sha256"), outcome ?? throw cursor.Missing("outcome"),
            status, reason, time ?? throw cursor.Missing("time"), assertedBy);
    }

    private static bool IsStatus(string text) => text.Length == 2 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]);
}
