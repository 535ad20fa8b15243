using System.Text;
using Hub.Contracts.Envelopes;

namespace Hub.Tests.Envelopes;

/// <summary>Everything an envelope says, as text: two models are the same when their texts are.</summary>
public static class EnvelopeText
{
    public static string Of(Envelope envelope)
    {
        var text = new StringBuilder();
        void Line(string name, object? value) => text.Append(name).Append(": ").Append(value is null ? "(none)" : $"'{value}'").Append('\n');
        Line("id", envelope.Id);
        Line("type", envelope.Type);
        Line("from", envelope.From);
        foreach (var recipient in envelope.To) Line("to", $"{recipient.Address} {recipient.Role}");
        Line("created", Rfc3339.Format(envelope.Created));
        Line("notBefore", envelope.NotBefore is { } notBefore ? Rfc3339.Format(notBefore) : null);
        Line("expires", envelope.Expires is { } expires ? Rfc3339.Format(expires) : null);
        Line("priority", envelope.Priority);
        Line("conversation", envelope.Conversation);
        Line("sequence", envelope.Sequence);
        Line("inReplyTo", envelope.InReplyTo);
        Line("subject", envelope.Subject);
        if (envelope.Payload is { } payload)
            Line("payload", $"{payload.Form} {payload.MediaType} {payload.Encryption} {(payload.Form == PayloadForm.Bytes ? Convert.ToHexString(payload.Data.Span) : Encoding.UTF8.GetString(payload.Data.Span))}");
        foreach (var attachment in envelope.Attachments)
            Line("attachment", $"{attachment.Name} {attachment.MediaType} {attachment.Size} {attachment.Sha256} {(attachment.Inline is { } inline ? Convert.ToHexString(inline.Span) : "uploaded")}");
        foreach (var extension in envelope.Extensions) Line("extension", extension);
        return text.ToString();
    }
}
