using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hub.Contracts.Trail;

/// <summary>JSON Canonicalization Scheme, RFC 8785, over the JSON that the hub itself makes.</summary>
public static class CanonicalJson
{
    private const int MaxDepth = 64;

    /// <summary>The canonical UTF-8 text: members sorted by UTF-16 code units, ECMAScript number and string forms.</summary>
    /// <exception cref="ArgumentException">A number is not finite, an integer is not exact as a double (beyond ±2^53: write
    /// it as a string), a string holds a lone surrogate, a name stands twice, or the nesting exceeds 64.</exception>
    public static byte[] Serialize(JsonNode? node)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Write(output, node, depth: 0);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonNode? node, int depth)
    {
        if (depth > MaxDepth) throw new ArgumentException($"The JSON is nested deeper than {MaxDepth}.", nameof(node));
        switch (node)
        {
            case null:
                output.Write("null"u8);
                break;
            case JsonObject members:
                WriteObject(output, members, depth);
                break;
            case JsonArray items:
                output.Write("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0) output.Write(","u8);
                    Write(output, items[i], depth + 1);
                }

                output.Write("]"u8);
                break;
            case JsonValue value:
                WriteValue(output, value);
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonObject members, int depth)
    {
        var sorted = new KeyValuePair<string, JsonNode?>[members.Count];
        ((ICollection<KeyValuePair<string, JsonNode?>>)members).CopyTo(sorted, 0);
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        output.Write("{"u8);
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            WriteString(output, sorted[i].Key);
            output.Write(":"u8);
            Write(output, sorted[i].Value, depth + 1);
        }

        output.Write("}"u8);
    }

    private static void WriteValue(ArrayBufferWriter<byte> output, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            case JsonValueKind.Number:
                Encoding.ASCII.GetBytes(CanonicalNumber.Format(NumberOf(value)), output);
                break;
            case JsonValueKind.String:
                WriteString(output, value.TryGetValue(out string? text) ? text : JsonNode.Parse(value.ToJsonString())!.GetValue<string>());
                break;
            default:
                throw new ArgumentException($"A JSON value of kind {value.GetValueKind()} has no canonical form.", nameof(value));
        }
    }

    private static double NumberOf(JsonValue value)
    {
        if (value.TryGetValue(out int small)) return small;
        if (value.TryGetValue(out long integer))
        {
            return Math.Abs((decimal)integer) <= CanonicalNumber.MaxExactInteger
                ? integer
                : throw new ArgumentException($"The integer {integer} is not exact as a double: write it as a string.", nameof(value));
        }

        return value.TryGetValue(out double real) ? real : double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (true)
        {
            var plain = rest.IndexOfAny(CanonicalText.Escaped);
            WriteUtf8(output, plain < 0 ? rest : rest[..plain]);
            if (plain < 0) break;
            Encoding.ASCII.GetBytes(CanonicalText.Escape(rest[plain]), output);
            rest = rest[(plain + 1)..];
        }

        output.Write("\""u8);
    }

    private static void WriteUtf8(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        try
        {
            CanonicalText.StrictUtf8.GetBytes(text, output);
        }
        catch (EncoderFallbackException lone)
        {
            throw new ArgumentException("A string holds a lone surrogate, which has no UTF-8 form.", nameof(text), lone);
        }
    }
}
