using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>Writes the model as JSON: members in the order of the schema, defaults left out; the same model gives the same
/// bytes. Expects what <see cref="EnvelopeRules"/> has passed.</summary>
internal static class JsonEnvelopeWriter
{
    internal static ReadOnlyMemory<byte> Write(Envelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("id", envelope.Id);
        json.WriteString("type", envelope.Type.Value);
        json.WriteString("from", envelope.From.ToString());
        WriteRecipients(json, envelope.To);
        json.WriteString("created", Rfc3339.Format(envelope.Created));
        if (envelope.NotBefore is { } notBefore) json.WriteString("notBefore", Rfc3339.Format(notBefore));
        if (envelope.Expires is { } expires) json.WriteString("expires", Rfc3339.Format(expires));
        if (envelope.Priority != 0) json.WriteNumber("priority", envelope.Priority);
        if (envelope.Conversation is not null) json.WriteString("conversation", envelope.Conversation);
        if (envelope.Sequence is { } sequence) json.WriteNumber("sequence", sequence);
        if (envelope.InReplyTo is { } reply) WriteInReplyTo(json, reply);
        if (envelope.Subject is not null) json.WriteString("subject", envelope.Subject);
        if (envelope.Payload is { } payload) WritePayload(json, payload);
        if (envelope.Attachments.Count > 0) WriteAttachments(json, envelope.Attachments);
        if (envelope.Extensions.Count > 0) WriteExtensions(json, envelope.Extensions);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteRecipients(Utf8JsonWriter json, IReadOnlyList<Recipient> recipients)
    {
        json.WriteStartArray("to");
        foreach (var recipient in recipients)
        {
            json.WriteStartObject();
            json.WriteString("address", recipient.Address.Value);
            if (recipient.Role == RecipientRole.Info) json.WriteString("role", "info");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInReplyTo(Utf8JsonWriter json, InReplyTo reply)
    {
        json.WriteStartObject("inReplyTo");
        json.WriteString("key", reply.Key.Value);
        json.WriteString("sha256", reply.Sha256);
        json.WriteEndObject();
    }

    private static void WritePayload(Utf8JsonWriter json, Payload payload)
    {
        json.WriteStartObject("payload");
        json.WriteString("mediaType", payload.MediaType);
        if (payload.Encryption != PayloadEncryption.None) json.WriteString("encryption", payload.Encryption == PayloadEncryption.Jwe ? "jwe" : "xmlenc11");
        switch (payload.Form)
        {
            case PayloadForm.Xml:
                json.WriteString("xml", payload.Data.Span);
                break;
            case PayloadForm.Json:
                json.WritePropertyName("json");
                json.WriteRawValue(payload.Data.Span, skipInputValidation: true);
                break;
            case PayloadForm.Bytes:
                json.WriteBase64String("base64", payload.Data.Span);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(payload));
        }

        json.WriteEndObject();
    }

    private static void WriteAttachments(Utf8JsonWriter json, IReadOnlyList<Attachment> attachments)
    {
        json.WriteStartArray("attachments");
        foreach (var attachment in attachments)
        {
            json.WriteStartObject();
            json.WriteString("name", attachment.Name);
            json.WriteString("mediaType", attachment.MediaType);
            json.WriteNumber("size", attachment.Size);
            json.WriteString("sha256", attachment.Sha256);
            if (attachment.Inline is { } inline) json.WriteBase64String("inline", inline.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteExtensions(Utf8JsonWriter json, IReadOnlyList<Extension> extensions)
    {
        json.WriteStartArray("extensions");
        foreach (var extension in extensions)
        {
            json.WriteStartObject();
            json.WriteString("name", extension.Name);
            json.WriteString("value", extension.Value);
            if (extension.MustUnderstand) json.WriteBoolean("mustUnderstand", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
