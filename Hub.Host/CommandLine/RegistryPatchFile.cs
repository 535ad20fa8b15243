using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Core.Registry;
using Hub.Host.DevPki;
using YamlDotNet.RepresentationModel;

namespace Hub.Host.CommandLine;

/// <summary>What <c>hub registry set</c> takes: a part of a registry document (sections with objects, keys nested under their
/// systems; what it does not name stays as it is), or a patch in JSON as <c>POST /api/v1/changes</c> has it.</summary>
internal static class RegistryPatchFile
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <exception cref="FormatException">It is neither.</exception>
    internal static async Task<JsonArray> ReadAsync(string path, TextReader input, CancellationToken cancellationToken)
    {
        if (path != "-" && new FileInfo(path) is { Exists: true, Length: > MaxBytes }) throw new FormatException($"'{path}' is larger than {MaxBytes} bytes. Give it in parts, or use 'hub onboard bulk'.");
        var text = path == "-" ? await input.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
        return Read(text.TrimStart('\uFEFF'), path == "-" ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    internal static JsonArray Read(string text, string folder)
    {
        if (text.AsSpan().TrimStart() is ['{', ..])
        {
            try
            {
                if (JsonNode.Parse(text, documentOptions: Strict) is JsonObject { Count: > 0 } json && json["changes"] is JsonArray changes)
                    return (JsonArray)changes.DeepClone();
            }
            catch (JsonException)
            {
                // YAML in flow style begins alike.
            }
        }

        var root = RegistryKeys.Load(RegistryFiles.Inline(text, file => RegistryFile.ReadKey(Path.Combine(folder, file))));
        var found = new JsonArray();
        foreach (var (name, value) in root.Children)
        {
            var section = (name as YamlScalarNode)?.Value ?? "";
            if (section == "hub") continue;
            if (!RegistrySections.All.Contains(section)) throw new FormatException($"'{section}' is no section of a registry. Known: {string.Join(", ", RegistrySections.All)}.");
            if (section == RegistrySections.Policy) found.Add(Change(section, section, Json(value)));
            else if (value is YamlSequenceNode list) foreach (var item in list.Children) Add(found, section, Json(item));
            else throw new FormatException($"'{section}' must be a list of objects.");
        }

        return found.Count > 0 ? found : throw new FormatException("There is nothing to set: write sections with objects, e.g. 'agencies: [{code: H29.12, name: …, level: department}]'.");
    }

    private static void Add(JsonArray changes, string section, JsonNode? item)
    {
        if (item is not JsonObject value) throw new FormatException($"Each of {section} must be an object.");
        if (section == RegistrySections.Systems && value["keys"] is JsonArray keys)
        {
            value.Remove("keys");
            changes.Add(Change(section, "", value));
            foreach (var key in keys.OfType<JsonObject>())
            {
                var own = (JsonObject)key.DeepClone();
                own["system"] = value["address"]?.DeepClone();
                changes.Add(Change(RegistrySections.Keys, "", own));
            }

            return;
        }

        changes.Add(Change(section, "", value));
    }

    private static JsonObject Change(string section, string id, JsonNode? value) => new JsonObject { ["section"] = section, ["id"] = id, ["value"] = value };

    /// <summary>Plain true, false and whole numbers are such; all else, and what is quoted, is text.</summary>
    internal static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(static pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", Json(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } plain => plain.Value switch
        {
            "true" => true,
            "false" => false,
            null or "" or "null" or "~" => null,
            ['0'] => 0,
            [>= '1' and <= '9', ..] number when number.Length <= 9 && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) => whole,
            var text => text,
        },
        YamlScalarNode quoted => quoted.Value,
        _ => throw new FormatException("Anchors and aliases are not taken."),
    };
}
