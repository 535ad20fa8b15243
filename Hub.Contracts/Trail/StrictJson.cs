using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hub.Contracts.Trail;

/// <summary>Reads the trail's small JSON objects: valid UTF-8, no duplicate members, bounded depth.</summary>
internal static class StrictJson
{
    /// <exception cref="FormatException">Not one JSON object within the depth.</exception>
    internal static JsonObject ParseObject(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        try
        {
            _ = CanonicalText.StrictUtf8.GetCharCount(utf8);
            return JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new FormatException("The JSON is not an object.");
        }
        catch (Exception bad) when (bad is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException("Not valid JSON: one object, no duplicate members, UTF-8.", bad);
        }
    }

    /// <exception cref="FormatException">The member is missing or not a string.</exception>
    internal static string Text(JsonObject json, string name)
    {
        try
        {
            if (json[name] is JsonValue value && value.TryGetValue(out string? text)) return text;
        }
        catch (InvalidOperationException bad)
        {
            throw new FormatException($"The member '{name}' is not valid text.", bad);
        }

        throw new FormatException($"The member '{name}' is missing or not a string.");
    }
}
