using System.Text.Json;
using System.Text.Unicode;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>Checks that a text is exactly one JSON value (RFC 8259) that means the same everywhere (I-JSON, RFC 7493):
/// valid UTF-8, no duplicate members, no lone surrogates; and that XML 1.0 can hold the text. Numbers are free.</summary>
internal static class JsonText
{
    internal static void Check(ReadOnlySpan<byte> text, int maxDepth, int maxNodes)
    {
        if (!Utf8.IsValid(text)) throw Refused("is not valid UTF-8");
        if (text.IsEmpty || IsSpace(text[0]) || IsSpace(text[^1])) throw Refused("is empty, or has white space around the value");
        if (!TextRules.IsXmlText(text)) throw Refused("has a character that XML 1.0 cannot hold; write it as a \\u escape");
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Math.Max(1, maxDepth) });
        var members = new Stack<HashSet<string>?>();
        var nodes = 0;
        try
        {
            while (reader.Read())
            {
                if (++nodes > maxNodes) throw ProblemCode.TooLarge.With($"The JSON payload has more than {maxNodes} tokens. Send large content as an attachment.");
                Visit(ref reader, members);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Refused($"cannot be read as one JSON value nested at most {maxDepth} deep (near byte {reader.BytesConsumed})", fault);
        }
    }

    private static void Visit(ref Utf8JsonReader reader, Stack<HashSet<string>?> members)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                members.Push(null);
                break;
            case JsonTokenType.EndObject:
                members.Pop();
                break;
            case JsonTokenType.PropertyName:
                var seen = members.Pop() ?? new HashSet<string>(StringComparer.Ordinal);
                members.Push(seen);
                var name = reader.GetString()!;
                if (!seen.Add(name)) throw Refused($"has the member {TextRules.Quote(name)} twice in one object");
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                // Throws where an escaped surrogate stands alone.
                reader.GetString();
                break;
        }
    }

    private static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    private static ProblemException Refused(string what, Exception? inner = null) =>
        ProblemCode.MalformedEnvelope.With($"The JSON payload {what}.", inner);
}
