using System.Globalization;
using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>Reads a schema of the dialect and collects every mistake. What the validator would ignore is a mistake, so that no
/// rule stands in a schema unasserted.</summary>
internal sealed class SchemaReader
{
    /// <summary>Greatest nesting of a schema document (64).</summary>
    internal const int MaxDepth = 64;

    /// <summary>Most schemas within one (10,000).</summary>
    internal const int MaxNodes = 10_000;

    /// <summary>Most schemas that judge one value one within the other; bounds the stack together with the payload's depth.</summary>
    internal const int MaxChain = 16;

    private const int MaxMistakes = 100;
    private const int MaxNames = 1_000;
    private readonly Dictionary<string, SchemaNode> _nodes = [];
    private readonly List<(SchemaNode From, string Pointer, string Target)> _references = [];
    private readonly List<SchemaMistake> _mistakes = [];
    private readonly Dictionary<SchemaNode, int> _chains = [];

    /// <returns>The schema, or null when there are mistakes.</returns>
    internal static (SchemaNode? Schema, IReadOnlyList<SchemaMistake> Mistakes) Read(string text)
    {
        var reader = new SchemaReader();
        SchemaNode? root = null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            root = reader.Node(document.RootElement.Clone(), "");
        }
        catch (JsonException fault)
        {
            var place = fault.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : "";
            return (null, [new SchemaMistake(place, $"The text is not one JSON value nested at most {MaxDepth} deep, without duplicate members.")]);
        }

        catch (InvalidOperationException)
        {
            return (null, [new SchemaMistake("", "The text has a lone surrogate in a string.")]);
        }

        reader.Resolve();
        if (reader._mistakes.Count == 0)
            foreach (var node in reader._nodes.Values)
                if (reader._mistakes.Count == 0) reader.Chain(node);
        return reader._mistakes.Count == 0 ? (root, []) : (null, reader._mistakes);
    }

    private SchemaNode Node(JsonElement schema, string at)
    {
        var node = new SchemaNode(at);
        if (_nodes.Count >= MaxNodes)
        {
            if (_nodes.Count == MaxNodes) Wrong(at, $"The schema holds more than {MaxNodes} schemas. Describe large parts more loosely.");
            _nodes[at] = node;
            return node;
        }

        _nodes[at] = node;
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) node.Nothing = schema.ValueKind == JsonValueKind.False;
        else if (schema.ValueKind != JsonValueKind.Object) Wrong(at, "A schema is an object, true or false.");
        else
            foreach (var keyword in schema.EnumerateObject()) Keyword(node, schema, keyword.Name, keyword.Value, $"{at}/{Escape(keyword.Name)}");
        return node;
    }

    private void Keyword(SchemaNode node, JsonElement schema, string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "$schema": Root(at, "/$schema", value, ServiceDialects.Json202012); break;
            case "$id": Root(at, "/$id", value, null); break;
            case "$defs": Members(value, at, (name, inner, place) => Node(inner, place)); break;
            case "$ref": _references.Add((node, at, Text(value, at))); break;
            case "type": node.Types = Types(value, at); break;
            case "enum": SetEnum(node, value, at); break;
            case "const":
                node.Const = value;
                node.EnumCost += Cost(value);
                break;
            case "multipleOf": node.MultipleOf = Number(value, at, positive: true); break;
            case "maximum": node.Maximum = Number(value, at); break;
            case "exclusiveMaximum": node.ExclusiveMaximum = Number(value, at); break;
            case "minimum": node.Minimum = Number(value, at); break;
            case "exclusiveMinimum": node.ExclusiveMinimum = Number(value, at); break;
            case "maxLength": node.MaxLength = Count(value, at); break;
            case "minLength": node.MinLength = Count(value, at); break;
            case "pattern": node.Pattern = Pattern(Text(value, at), at); break;
            case "format": node.Format = Format(Text(value, at), at); break;
            case "maxItems": node.MaxItems = Count(value, at); break;
            case "minItems": node.MinItems = Count(value, at); break;
            case "uniqueItems": node.UniqueItems = Truth(value, at); break;
            case "maxContains": node.MaxContains = Count(value, Beside(schema, "contains", at)); break;
            case "minContains": node.MinContains = Count(value, Beside(schema, "contains", at)); break;
            case "maxProperties": node.MaxProperties = Count(value, at); break;
            case "minProperties": node.MinProperties = Count(value, at); break;
            case "required": node.Required = Names(value, at); break;
            case "dependentRequired":
                var required = new Dictionary<string, IReadOnlyList<string>>();
                Members(value, at, (name, inner, place) => required[name] = Names(inner, place));
                node.DependentRequired = required;
                break;
            case "allOf": node.AllOf = List(value, at); break;
            case "anyOf": node.AnyOf = List(value, at); break;
            case "oneOf": node.OneOf = List(value, at); break;
            case "not": node.Not = Node(value, at); break;
            case "if": node.If = Node(value, at); break;
            case "then": node.Then = Node(value, Beside(schema, "if", at)); break;
            case "else": node.Else = Node(value, Beside(schema, "if", at)); break;
            case "dependentSchemas": node.DependentSchemas = Map(value, at); break;
            case "prefixItems": node.PrefixItems = List(value, at); break;
            case "items": node.Items = Node(value, at); break;
            case "contains": node.Contains = Node(value, at); break;
            case "properties": node.Properties = Map(value, at); break;
            case "patternProperties": SetPatterns(node, value, at); break;
            case "additionalProperties": node.AdditionalProperties = Node(value, at); break;
            case "propertyNames": node.PropertyNames = Node(value, at); break;
            default:
                if (!SchemaKeywords.Annotations.Contains(keyword)) Unknown(keyword, at);
                break;
        }
    }

    private void Unknown(string keyword, string at)
    {
        var advice = SchemaKeywords.Advice(keyword);
        Wrong(at, $"The keyword '{Shown(keyword)}' is not in the dialect and would be ignored; {advice ?? "take it out, or say it in $comment"}.");
    }

    private void Root(string at, string expected, JsonElement value, string? only)
    {
        var text = Text(value, at);
        if (at != expected) Wrong(at, "stands at the root of a schema only.");
        else if (only is not null && text.TrimEnd('#') != only) Wrong(at, $"The dialect is '{Shown(text)}'; the hub reads {only} alone.");
        else if (only is null && (!Uri.TryCreate(text, UriKind.Absolute, out var id) || id.Fragment.Length > 1)) Wrong(at, "is an absolute URI without fragment.");
    }

    private void SetEnum(SchemaNode node, JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            Wrong(at, "is a list of at least one value.");
            return;
        }

        node.Enum = [.. value.EnumerateArray()];
        node.EnumCost += Cost(value);
    }

    private void SetPatterns(SchemaNode node, JsonElement value, string at)
    {
        var patterns = new List<(EcmaPattern, SchemaNode)>();
        Members(value, at, (name, inner, place) =>
        {
            var schema = Node(inner, place);
            if (Pattern(name, place) is { } pattern) patterns.Add((pattern, schema));
        });
        node.PatternProperties = patterns;
    }

    private string Beside(JsonElement schema, string other, string at)
    {
        if (!schema.TryGetProperty(other, out _)) Wrong(at, $"is ignored without '{other}' beside it; take it out, or add '{other}'.");
        return at;
    }

    private JsonTypes? Types(JsonElement value, string at)
    {
        var names = value.ValueKind == JsonValueKind.Array ? Names(value, at) : [Text(value, at)];
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            types |= name switch
            {
                "null" => JsonTypes.Null,
                "boolean" => JsonTypes.Boolean,
                "object" => JsonTypes.Object,
                "array" => JsonTypes.Array,
                "string" => JsonTypes.String,
                "integer" => JsonTypes.Integer,
                "number" => JsonTypes.Number,
                _ => JsonTypes.None,
            };
        }

        if (types == JsonTypes.None || names.Any(name => name is not ("null" or "boolean" or "object" or "array" or "string" or "integer" or "number")))
            Wrong(at, "is one or more of null, boolean, object, array, string, integer, number.");
        return types;
    }

    private JsonNumber? Number(JsonElement value, string at, bool positive = false)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            Wrong(at, "is a number.");
            return null;
        }

        var number = JsonNumber.Of(value);
        if (number.Digits > 100) Wrong(at, "has more than 100 digits.");
        else if (positive && !number.IsPositive) Wrong(at, "is greater than 0.");
        return number;
    }

    private int Count(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0) return count;
        Wrong(at, $"is a whole number from 0 to {int.MaxValue}.");
        return 0;
    }

    private bool Truth(JsonElement value, string at)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Wrong(at, "is true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    private string Text(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        Wrong(at, "is a text.");
        return "";
    }

    private IReadOnlyList<string> Names(JsonElement value, string at)
    {
        var names = value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(name => name.ValueKind == JsonValueKind.String ? name.GetString() : null).ToList()
            : [null];
        if (names.Count > MaxNames || names.Contains(null) || names.Distinct().Count() != names.Count) Wrong(at, $"is a list of at most {MaxNames} texts, each once.");
        return [.. names.OfType<string>()];
    }

    private IReadOnlyList<SchemaNode> List(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0) return [.. value.EnumerateArray().Select((inner, i) => Node(inner, $"{at}/{i}"))];
        Wrong(at, "is a list of at least one schema.");
        return [];
    }

    private Dictionary<string, SchemaNode> Map(JsonElement value, string at)
    {
        var map = new Dictionary<string, SchemaNode>();
        Members(value, at, (name, inner, place) => map[name] = Node(inner, place));
        return map;
    }

    private void Members(JsonElement value, string at, Action<string, JsonElement, string> visit)
    {
        if (value.ValueKind != JsonValueKind.Object) Wrong(at, "is an object.");
        else
            foreach (var member in value.EnumerateObject()) visit(member.Name, member.Value, $"{at}/{Escape(member.Name)}");
    }

    private EcmaPattern? Pattern(string source, string at)
    {
        try
        {
            return EcmaPattern.Parse(source);
        }
        catch (FormatException fault)
        {
            Wrong(at, $"The pattern is refused: {fault.Message}.");
            return null;
        }
    }

    private StringFormat? Format(string name, string at)
    {
        if (StringFormat.Find(name) is { } format) return format;
        Wrong(at, $"The format '{Shown(name)}' would be ignored; the hub asserts {StringFormat.Names}. Write a pattern instead.");
        return null;
    }

    private void Resolve()
    {
        foreach (var (from, at, target) in _references)
        {
            if (!target.StartsWith('#')) Wrong(at, $"'{Shown(target)}' leads out of the document; refer to #/$defs/… only, and put what you need there.");
            else if (_nodes.TryGetValue(Uri.UnescapeDataString(target[1..]), out var node)) from.Ref = node;
            else Wrong(at, $"'{Shown(target)}' is no schema of this document.");
        }
    }

    /// <summary>Length of the longest chain of schemas that judge one value, itself included; a circle is a mistake.</summary>
    private int Chain(SchemaNode node)
    {
        if (_chains.TryGetValue(node, out var known))
        {
            if (known == 0) Wrong(node.Pointer, "leads back to itself for the same value, so it says nothing.");
            return known;
        }

        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) return MaxChain + 1;
        _chains[node] = 0;
        var longest = 1;
        foreach (var inner in node.SameValue())
        {
            if (_mistakes.Count > 0) break;
            longest = Math.Max(longest, 1 + Chain(inner));
        }

        if (longest > MaxChain && _mistakes.Count == 0) Wrong(node.Pointer, $"More than {MaxChain} schemas judge one value one within the other (allOf, $ref, if …). Flatten them.");
        return _chains[node] = longest;
    }

    private void Wrong(string at, string detail)
    {
        if (_mistakes.Count < MaxMistakes) _mistakes.Add(new SchemaMistake(at, detail));
    }

    private static int Cost(JsonElement value)
    {
        // Reads every string once, so that a lone surrogate is found now.
        _ = SameJson.Instance.GetHashCode(value);
        return 1 + (System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value).Length / 16);
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Shown(string text) => Hub.Contracts.Messages.PlainText.Fit(text, 100);
}
