using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Messages;

/// <summary>The content of <c>hub.notice.v1</c>, signed by the hub: something that the people of a system should know. It asks for
/// no answer; a program that does not know a code shows the texts.</summary>
/// <param name="Code">What it is about, e.g. <c>key-expiring</c>, <c>service-deprecated</c>: 1 to 100 lower-case letters and hyphens;
/// new ones may come.</param>
/// <param name="SubjectVi">One line in Vietnamese, at most 200 characters.</param>
/// <param name="SubjectEn">The same in English.</param>
/// <param name="TextVi">The whole in Vietnamese, at most 2,000 characters.</param>
/// <param name="TextEn">The same in English.</param>
/// <param name="About">What it speaks of, e.g. a key id or a message type, at most 200 characters; null: nothing by name.</param>
/// <param name="At">The instant it warns of; null: none.</param>
/// <param name="Time">When the hub wrote it.</param>
public sealed record Notice(
    string Code, string SubjectVi, string SubjectEn, string TextVi, string TextEn, string? About, DateTimeOffset? At, DateTimeOffset Time)
{
    private const int MaxLine = 200;

    /// <summary>Writes it as a JSON payload. Texts that are too long or hold controls are cut and cleaned.</summary>
    public Payload ToPayload() => HubPayload.Write(json =>
    {
        json.WriteString("code", Code);
        json.WriteString("subjectVi", PlainText.Fit(SubjectVi, MaxLine));
        json.WriteString("subjectEn", PlainText.Fit(SubjectEn, MaxLine));
        json.WriteString("textVi", PlainText.Fit(TextVi, HubPayload.MaxReason));
        json.WriteString("textEn", PlainText.Fit(TextEn, HubPayload.MaxReason));
        if (About is not null) json.WriteString("about", PlainText.Fit(About, MaxLine));
        if (At is { } at) json.WriteString("at", Rfc3339.Format(at));
        json.WriteString("time", Rfc3339.Format(Time));
    });

    /// <summary>Reads it from an envelope of type <c>hub.notice.v1</c>.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c> naming the member.</exception>
    public static Notice Read(Envelope envelope)
    {
        var cursor = HubPayload.Open(envelope, MessageType.Notice);
        string? code = null, subjectVi = null, subjectEn = null, textVi = null, textEn = null, about = null;
        DateTimeOffset? at = null, time = null;
        List<string> seen = [];
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "code": code = HubPayload.Code(ref cursor, name); break;
                case "subjectVi": subjectVi = HubPayload.Reason(ref cursor, name, MaxLine); break;
                case "subjectEn": subjectEn = HubPayload.Reason(ref cursor, name, MaxLine); break;
                case "textVi": textVi = HubPayload.Reason(ref cursor, name); break;
                case "textEn": textEn = HubPayload.Reason(ref cursor, name); break;
                case "about": about = HubPayload.Reason(ref cursor, name, MaxLine); break;
                case "at": at = cursor.Time(name); break;
                case "time": time = cursor.Time(name); break;
                default: throw cursor.Unknown(name, "the notice");
            }
        }

        cursor.End();
        return new Notice(
            code ?? throw cursor.Missing("code"), subjectVi ?? throw cursor.Missing("subjectVi"), subjectEn ?? throw cursor.Missing("subjectEn"),
            textVi ?? throw cursor.Missing("textVi"), textEn ?? throw cursor.Missing("textEn"), about, at, time ?? throw cursor.Missing("time"));
    }
}
