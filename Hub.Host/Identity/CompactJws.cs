using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Problems;

namespace Hub.Host.Identity;

/// <summary>A JWS in compact form (RFC 7515 §7.1) whose claims are a JSON object: read strictly, trusted not at all.</summary>
/// <param name="Header">Protected header.</param>
/// <param name="Claims">Claims set.</param>
/// <param name="Signed">The octets the signature covers: header, dot, payload, as sent.</param>
/// <param name="Signature">The signature.</param>
internal sealed record CompactJws(JsonElement Header, JsonElement Claims, byte[] Signed, byte[] Signature)
{
    /// <summary>Longest token that is read, in characters.</summary>
    internal const int MaxLength = 8 * 1024;

    /// <summary>9999-01-01T00:00:00Z.</summary>
    private const long LatestInstant = 253_370_764_800;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <exception cref="ProblemException"><c>unauthenticated</c>: not a compact JWS of JSON objects.</exception>
    internal static CompactJws Parse(string text)
    {
        if (text.Length > MaxLength) throw Refuse($"has {text.Length} characters, more than {MaxLength}");
        var parts = text.Split('.');
        if (parts.Length != 3) throw Refuse($"has {parts.Length} parts instead of 3");
        try
        {
            return new CompactJws(
                Object(parts[0], "header"), Object(parts[1], "payload"),
                Encoding.ASCII.GetBytes(text, 0, parts[0].Length + 1 + parts[1].Length), Decode(parts[2]));
        }
        catch (Exception fault) when (fault is FormatException or JsonException or DecoderFallbackException or InvalidOperationException)
        {
            throw ProblemCode.Unauthenticated.With("The token is not base64url of strict JSON (duplicate members are refused).", fault);
        }
    }

    internal static string Encode(ReadOnlySpan<byte> octets) => Base64Url.EncodeToString(octets);

    /// <summary>A string member; null when it is missing or no string.</summary>
    internal static string? Text(JsonElement container, string name) =>
        container.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A NumericDate member; null when it is missing or no number of a sensible range (years 1970 to 9998, so that
    /// hours may be added to it).</summary>
    internal static DateTimeOffset? Instant(JsonElement container, string name) =>
        container.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var seconds) && seconds is >= 0 and < LatestInstant
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private static JsonElement Object(string part, string name)
    {
        using var document = JsonDocument.Parse(Decode(part), Strict);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw Refuse($"has a {name} that is no JSON object");
        RequireText(document.RootElement);
        return document.RootElement.Clone();
    }

    /// <summary>Reads every name and string once: lone surrogates and broken UTF-8 show only then, and must show here.</summary>
    /// <exception cref="InvalidOperationException">One is no text.</exception>
    private static void RequireText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) RequireText(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    RequireText(member.Value);
                }

                break;
        }
    }

    private static byte[] Decode(string part)
    {
        // Whitespace and padding would let one token have many spellings.
        if (part.AsSpan().ContainsAnyExcept(Base64UrlDigits)) throw new FormatException("Not base64url.");
        return Base64Url.DecodeFromChars(part);
    }

    private static readonly System.Buffers.SearchValues<char> Base64UrlDigits =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static ProblemException Refuse(string fault) => ProblemCode.Unauthenticated.With($"The token {fault}. Send a compact JWS.");
}
