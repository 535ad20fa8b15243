using System.Buffers;
using System.Text;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Reads what stands between a start tag just reached and its end tag.</summary>
internal static class ElementContent
{
    /// <summary>The text of an element that has only text, at most so many characters.</summary>
    internal static string ReadText(this CanonicalReader xml, string what, int maxLength)
    {
        string? whole = null;
        StringBuilder? parts = null;
        while (xml.NextText(what))
        {
            if ((parts?.Length ?? whole?.Length ?? 0) + xml.Chunk.Length > maxLength)
                throw ProblemCode.MalformedEnvelope.With($"'{what}' has more than {maxLength} characters.");
            if (parts is not null) parts.Append(xml.Chunk);
            else if (whole is null) whole = xml.Chunk.ToString();
            else parts = new StringBuilder(whole).Append(xml.Chunk);
        }

        return parts?.ToString() ?? whole ?? "";
    }

    /// <summary>The text of an element that has only text, as UTF-8.</summary>
    internal static ReadOnlyMemory<byte> ReadUtf8(this CanonicalReader xml, string what)
    {
        var octets = new ArrayBufferWriter<byte>();
        while (xml.NextText(what)) Encoding.UTF8.GetBytes(xml.Chunk, octets);
        return octets.WrittenMemory;
    }

    /// <summary>The bytes of an element that has only base64, in which XML's white space is free. Null when it is empty.</summary>
    internal static byte[]? ReadBase64(this CanonicalReader xml, string what, int maxBytes)
    {
        var digits = new ArrayBufferWriter<byte>();
        while (xml.NextText(what))
        {
            var rest = xml.Chunk;
            while (!(rest = rest.TrimStart(" \t\n\r")).IsEmpty)
            {
                var end = rest.IndexOfAny(" \t\n\r");
                var part = end < 0 ? rest : rest[..end];
                if (Ascii.FromUtf16(part, digits.GetSpan(part.Length), out var written) != OperationStatus.Done) throw NotBase64(what);
                digits.Advance(written);
                rest = rest[part.Length..];
            }

            if (digits.WrittenCount / 4L * 3 > maxBytes + 2L)
                throw ProblemCode.TooLarge.With($"'{what}' has more than {maxBytes} bytes, the limit. Send large content as an upload.");
        }

        if (digits.WrittenCount == 0) return null;
        return StrictBase64.TryDecode(digits.WrittenSpan, out var bytes) ? bytes : throw NotBase64(what);
    }

    internal static bool IsSpace(ReadOnlySpan<char> text) => text.TrimStart(" \t\n\r").IsEmpty;

    private static bool NextText(this CanonicalReader xml, string what) => xml.Next() switch
    {
        XmlPart.Text => true,
        XmlPart.End => false,
        _ => throw ProblemCode.MalformedEnvelope.With($"'{what}' has the element {TextRules.Quote(xml.Start.Name)} inside; it has only text."),
    };

    private static ProblemException NotBase64(string what) =>
        ProblemCode.MalformedEnvelope.With($"'{what}' is not base64 (RFC 4648 §4, padded, white space allowed).");
}
