using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Messages;

/// <summary>The JSON that the hub's own message types carry: written in one order, read strictly.</summary>
internal static class HubPayload
{
    internal const string MediaType = "application/json";

    /// <summary>Most characters in a reason.</summary>
    internal const int MaxReason = 2_000;

    private const int Room = 1_024;
    private const int MostKept = 16 * 1_024;

    private static readonly JsonWriterOptions PlainText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? t_kept;

    internal static Payload Write(Action<Utf8JsonWriter> members) =>
        new() { Form = PayloadForm.Json, MediaType = MediaType, Data = WriteObject(members, static (json, write) => write(json)) };

    /// <summary>Writes one object; the thread's writer is used again each time.</summary>
    /// <param name="state">What is written.</param>
    /// <param name="members">Writes its members.</param>
    internal static byte[] WriteObject<T>(T state, Action<Utf8JsonWriter, T> members)
    {
        var (buffer, json) = t_kept ?? NewWriter();
        t_kept = null;
        json.WriteStartObject();
        members(json, state);
        json.WriteEndObject();
        json.Flush();
        var octets = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MostKept) return octets;
        buffer.ResetWrittenCount();
        json.Reset();
        t_kept = (buffer, json);
        return octets;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(Room);
        return (buffer, new Utf8JsonWriter(buffer, PlainText));
    }

    internal static JsonCursor Open(Envelope envelope, MessageType type)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        if (envelope.Type != type) throw ProblemCode.SchemaViolation.With($"The envelope is of type '{envelope.Type}', not '{type}'.");
        if (envelope.Payload is not { Form: PayloadForm.Json, Encryption: PayloadEncryption.None, MediaType: MediaType } payload)
            throw ProblemCode.SchemaViolation.With($"The payload of '{type}' must be plain JSON of media type {MediaType}.");
        var cursor = new JsonCursor(payload.Data, ProblemCode.SchemaViolation, $"payload of '{type}'", maxDepth: 8, maxNodes: 1_000);
        cursor.Begin();
        return cursor;
    }

    internal static MessageKey Key(ref JsonCursor cursor, string field)
    {
        var text = cursor.Text(field);
        return MessageKey.TryParse(text, out var key) ? key : throw cursor.Fault($"has {TextRules.Quote(text)} in '{field}'; write a message key, 64 lower-case hexadecimal digits");
    }

    internal static string Sha256(ref JsonCursor cursor, string field)
    {
        var text = cursor.Text(field);
        return EnvelopeRules.IsSha256(text) ? text : throw cursor.Fault($"has {TextRules.Quote(text)} in '{field}'; write 64 lower-case hexadecimal digits");
    }

    /// <summary>A code by its shape, not by the catalogue: a later hub may have more.</summary>
    internal static string Code(ref JsonCursor cursor, string field)
    {
        var text = cursor.Text(field);
        return text.Length is > 0 and <= 100 && text.All(static c => char.IsAsciiLetterLower(c) || c == '-')
            ? text
            : throw cursor.Fault($"has the code {TextRules.Quote(text)} in '{field}'; write a code such as unavailable");
    }

    internal static SystemAddress System(ref JsonCursor cursor, string field)
    {
        var text = cursor.Text(field);
        return SystemAddress.TryParse(text, out var address) ? address : throw cursor.Fault($"has {TextRules.Quote(text)} in '{field}'; write a system address, agency/system");
    }

    /// <summary>Text for people: one or more lines, at most <paramref name="most"/> characters.</summary>
    internal static string Reason(ref JsonCursor cursor, string field, int most = MaxReason)
    {
        var text = cursor.Text(field);
        return TextRules.Length(text) <= most && TextRules.FaultInText(text) is null
            ? text
            : throw cursor.Fault($"has a text in '{field}' that is longer than {most} characters or holds control characters");
    }
}
