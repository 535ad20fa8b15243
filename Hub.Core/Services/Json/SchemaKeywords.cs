using System.Collections.Frozen;

namespace Hub.Core.Services.Json;

/// <summary>The keywords of the dialect. A test holds one violating document against each that asserts.</summary>
internal static class SchemaKeywords
{
    /// <summary>Say something to people only.</summary>
    internal static readonly FrozenSet<string> Annotations =
        FrozenSet.ToFrozenSet(["$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"]);

    /// <summary>Decide, or hold what decides.</summary>
    internal static readonly FrozenSet<string> Asserting = FrozenSet.ToFrozenSet(
    [
        "$ref", "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "format",
        "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required", "dependentRequired",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "prefixItems", "items", "contains",
        "properties", "patternProperties", "additionalProperties", "propertyNames",
    ]);

    /// <summary>What else may stand in a schema.</summary>
    internal static readonly FrozenSet<string> Structural = FrozenSet.ToFrozenSet(["$schema", "$id", "$defs"]);

    /// <summary>Why a keyword of some JSON Schema is not in the dialect; null when it is none that is known.</summary>
    internal static string? Advice(string keyword) => keyword switch
    {
        "definitions" => "write $defs",
        "dependencies" => "write dependentRequired or dependentSchemas",
        "additionalItems" => "write prefixItems and items",
        "id" => "write $id",
        "unevaluatedProperties" or "unevaluatedItems" => "name the properties in one place and write additionalProperties",
        "$anchor" or "$dynamicAnchor" or "$dynamicRef" or "$recursiveRef" => "refer by a pointer, e.g. #/$defs/name",
        "contentEncoding" or "contentMediaType" or "contentSchema" => "no validator asserts it; say it in a description",
        "nullable" => "write \"type\": [\"…\", \"null\"]",
        "discriminator" => "write oneOf with const",
        _ => null,
    };
}
