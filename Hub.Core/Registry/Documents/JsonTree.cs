using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>Reads JSON into the same tree as YAML, so that one reader serves both. Strict: no comments, no trailing commas, each
/// name once; the limits of a document hold.</summary>
internal static class JsonTree
{
    /// <summary>Greatest object in bytes (4 MiB): a reorganisation of every commune has two.</summary>
    internal const int MaxBytes = 4 * 1024 * 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = YamlReader.MaxDepth };

    /// <summary>Reads the normal form of one object.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static YamlMapping Read(string json)
    {
        var octets = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            var mistakes = new Mistakes();
            return Read(octets.AsSpan(0, Encoding.UTF8.GetBytes(json, octets)), "object", mistakes) is { } read && !mistakes.Any
                ? read
                : throw new InvalidDataException("An object of the stored registry cannot be read. Restore the data folder from a backup.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    /// <summary>Reads an object of a request; null when it cannot be read at all (the mistakes say why).</summary>
    internal static YamlMapping? Read(JsonObject value, string path, Mistakes mistakes)
    {
        var output = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = 64 });
            value.WriteTo(writer);
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or JsonException)
        {
            mistakes.Add(0, path, $"Not readable as strict JSON: {broken.Message}");
            return null;
        }

        if (output.WrittenCount <= MaxBytes) return Read(output.WrittenSpan, path, mistakes);
        mistakes.Add(0, path, $"has {output.WrittenCount} bytes; the limit of one object is {MaxBytes}.");
        return null;
    }

    private static YamlMapping? Read(ReadOnlySpan<byte> utf8, string path, Mistakes mistakes)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            if (ReadNode(ref reader, path, mistakes) is YamlMapping mapping && !reader.Read()) return mapping;
            mistakes.Add(0, path, "must be one JSON object.");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            mistakes.Add(0, path, $"Not readable as strict JSON: {broken.Message}");
        }

        return null;
    }

    private static YamlNode ReadNode(ref Utf8JsonReader reader, string path, Mistakes mistakes) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader, path, mistakes),
        JsonTokenType.StartArray => ReadArray(ref reader, path, mistakes),
        JsonTokenType.String => new YamlScalar(0, reader.GetString()!, Quoted: true),
        JsonTokenType.Null => new YamlScalar(0, "", Quoted: false),
        _ => new YamlScalar(0, Encoding.UTF8.GetString(reader.ValueSpan), Quoted: true) { Literal = true },
    };

    private static YamlMapping ReadObject(ref Utf8JsonReader reader, string path, Mistakes mistakes)
    {
        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!members.TryAdd(name, ReadNode(ref reader, path, mistakes))) mistakes.Add(0, $"{path}.{name}", "This name stands twice in the same object.");
        }

        return new YamlMapping(0, members);
    }

    private static YamlSequence ReadArray(ref Utf8JsonReader reader, string path, Mistakes mistakes)
    {
        var items = new List<YamlNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ReadNode(ref reader, path, mistakes));
        return new YamlSequence(0, items);
    }
}
