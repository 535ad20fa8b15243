using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hub.Tests.Schemas;

/// <summary>The part of JSON Schema 2020-12 that our schemas use. A keyword it does not know stops the test, so that no
/// rule stands in a schema unchecked.</summary>
public sealed class SchemaChecker(JsonObject root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "$defs", "title", "description", "default", "format", "contentEncoding", "then"];

    public static SchemaChecker Load(string name) =>
        new(JsonNode.Parse(File.ReadAllText(House.Repository.PathOf("schemas", $"{name}.schema.json")))!.AsObject());

    /// <summary>The first fault of a value; null when it is valid.</summary>
    public string? Fault(JsonNode? value) => Fault(root, value, "$");

    private string? Fault(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is JsonValue whole) return (bool)whole ? null : $"{at} must not be there";
        foreach (var (keyword, rule) in schema!.AsObject())
        {
            if (Annotations.Contains(keyword)) continue;
            if (Fault(schema.AsObject(), keyword, rule!, value, at) is { } fault) return fault;
        }

        return null;
    }

    private string? Fault(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string at) => keyword switch
    {
        "$ref" => Fault(root["$defs"]![((string)rule!)["#/$defs/".Length..]], value, at),
        "type" => Unless(IsType((string)rule!, value), $"{at} is not of type {rule}"),
        "const" => Unless(JsonNode.DeepEquals(rule, value), $"{at} is not {rule}"),
        "enum" => Unless(rule.AsArray().Any(one => JsonNode.DeepEquals(one, value)), $"{at} is none of {rule.ToJsonString()}"),
        "properties" => (value as JsonObject)?.Select(member => rule[member.Key] is { } inner ? Fault(inner, member.Value, $"{at}.{member.Key}") : null).FirstOrDefault(fault => fault is not null),
        "required" => value is JsonObject o ? rule.AsArray().Where(name => !o.ContainsKey((string)name!)).Select(name => $"{at} lacks {name}").FirstOrDefault() : null,
        "additionalProperties" => (value as JsonObject)?.Where(member => schema["properties"]?[member.Key] is null).Select(member => $"{at}.{member.Key} is unknown").FirstOrDefault(),
        "dependentRequired" => value is JsonObject o
            ? rule.AsObject().Where(pair => o.ContainsKey(pair.Key) && pair.Value!.AsArray().Any(name => !o.ContainsKey((string)name!))).Select(pair => $"{at}.{pair.Key} stands alone").FirstOrDefault()
            : null,
        "items" => (value as JsonArray)?.Select((entry, i) => Fault(rule, entry, $"{at}[{i}]")).FirstOrDefault(fault => fault is not null),
        "minItems" => Unless(value is not JsonArray few || few.Count >= (int)rule, $"{at} has too few entries"),
        "maxItems" => Unless(value is not JsonArray many || many.Count <= (int)rule, $"{at} has too many entries"),
        "minLength" => Unless(LengthOf(value) is not { } length || length >= (int)rule, $"{at} is too short"),
        "maxLength" => Unless(LengthOf(value) is not { } length || length <= (int)rule, $"{at} is too long"),
        "minimum" => Unless(value is not JsonValue || (decimal)value >= (decimal)rule, $"{at} is below {rule}"),
        "maximum" => Unless(value is not JsonValue || (decimal)value <= (decimal)rule, $"{at} is above {rule}"),
        "pattern" => Unless(LengthOf(value) is null || Regex.IsMatch((string)value!, Ecma((string)rule!), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)), $"{at} does not match {rule}"),
        "oneOf" => Unless(rule.AsArray().Count(one => Fault(one, value, at) is null) == 1, $"{at} is not exactly one of the alternatives"),
        "if" => Fault(rule, value, at) is null ? Fault(schema["then"], value, at) : null,
        _ => throw new NotSupportedException($"The keyword '{keyword}' is not checked; teach the checker."),
    };

    private static string? Unless(bool holds, string fault) => holds ? null : fault;

    /// <summary>ECMA 262 knows no match before a final line feed.</summary>
    private static string Ecma(string pattern) => pattern.Replace("$)", "\\z)", StringComparison.Ordinal) is var inner && inner.EndsWith('$') ? inner[..^1] + "\\z" : pattern;

    private static int? LengthOf(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.String ? ((string)value!).EnumerateRunes().Count() : null;

    private static bool IsType(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("object", System.Text.Json.JsonValueKind.Object) or ("array", System.Text.Json.JsonValueKind.Array) or ("string", System.Text.Json.JsonValueKind.String) => true,
        ("boolean", System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False) => true,
        ("integer", System.Text.Json.JsonValueKind.Number) => decimal.TryParse(value!.ToJsonString(), out var number) && decimal.IsInteger(number),
        _ => false,
    };
}
