using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>One validation of one value. The work is counted in steps, so that a payload made to be slow is refused, not served.</summary>
internal sealed class SchemaValidation
{
    private readonly List<SchemaFault> _faults = [];
    private long _steps;

    private SchemaValidation(long steps) => _steps = steps;

    /// <summary>The first <see cref="ServiceDialects.MaxFaults"/> places that break the schema; none: it is fulfilled.</summary>
    internal static IReadOnlyList<SchemaFault> Run(SchemaNode schema, JsonElement value, long size)
    {
        var run = new SchemaValidation(1_000_000 + (4 * size));
        try
        {
            run.Judge(schema, value, new Place(null, ""), report: true);
        }
        catch (TooMuchException stopped)
        {
            run._faults.Insert(0, new SchemaFault("", stopped.Message));
            if (run._faults.Count > ServiceDialects.MaxFaults) run._faults.RemoveAt(ServiceDialects.MaxFaults);
        }

        return run._faults;
    }

    private bool Judge(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        Spend(1);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new TooMuchException("it is nested too deeply to be validated");
        if (schema.Nothing) return Fault(at, report, "nothing may stand here", schema, "");
        var holds = JudgeKind(schema, value, at, report) & JudgeValue(schema, value, at, report);
        return holds & JudgeCombined(schema, value, at, report);
    }

    private bool JudgeKind(SchemaNode schema, JsonElement value, Place at, bool report) => value.ValueKind switch
    {
        JsonValueKind.Object => JudgeObject(schema, value, at, report),
        JsonValueKind.Array => JudgeArray(schema, value, at, report),
        JsonValueKind.String => JudgeString(schema, value, at, report),
        JsonValueKind.Number => JudgeNumber(schema, value, at, report),
        _ => true,
    };

    private bool JudgeValue(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        var holds = true;
        if (schema.Types is { } types && (types & TypeOf(value, types)) == 0) holds = Fault(at, report, $"is of type {Describe(types)}", schema, "type");
        if (schema.EnumCost > 0) Spend(schema.EnumCost);
        if (schema.Const is { } only && !JsonElement.DeepEquals(only, value)) holds = Fault(at, report, "is the one value stated", schema, "const");
        if (schema.Enum is { } listed && !listed.Any(one => JsonElement.DeepEquals(one, value))) holds = Fault(at, report, $"is one of the {listed.Count} values listed", schema, "enum");
        return holds;
    }

    private bool JudgeNumber(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        if (schema.Minimum is null && schema.Maximum is null && schema.ExclusiveMinimum is null && schema.ExclusiveMaximum is null && schema.MultipleOf is null) return true;
        var (number, holds) = (JsonNumber.Of(value), true);
        if (schema.Minimum is { } low && number.CompareTo(low) < 0) holds = Fault(at, report, "is not less than the minimum", schema, "minimum");
        if (schema.Maximum is { } high && number.CompareTo(high) > 0) holds = Fault(at, report, "is not greater than the maximum", schema, "maximum");
        if (schema.ExclusiveMinimum is { } above && number.CompareTo(above) <= 0) holds = Fault(at, report, "is greater than the minimum", schema, "exclusiveMinimum");
        if (schema.ExclusiveMaximum is { } below && number.CompareTo(below) >= 0) holds = Fault(at, report, "is less than the maximum", schema, "exclusiveMaximum");
        if (schema.MultipleOf is { } unit && !number.IsMultipleOf(unit)) holds = Fault(at, report, "is a multiple of the unit", schema, "multipleOf");
        return holds;
    }

    private bool JudgeString(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        if (schema.MinLength == 0 && schema.MaxLength == int.MaxValue && schema.Pattern is null && schema.Format is null) return true;
        return JudgeText(schema, value.GetString()!, at, report);
    }

    private bool JudgeText(SchemaNode schema, string text, Place at, bool report)
    {
        var (length, holds) = (text.Length, true);
        Spend(1 + (length / 8));
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit)) length--;
        if (length < schema.MinLength) holds = Fault(at, report, $"has at least {schema.MinLength} characters", schema, "minLength");
        if (length > schema.MaxLength) holds = Fault(at, report, $"has at most {schema.MaxLength} characters", schema, "maxLength");
        if (schema.Pattern is { } pattern && !pattern.Matches(text)) holds = Fault(at, report, "matches the pattern", schema, "pattern");
        if (schema.Format is { } format && !format.Fits(text)) holds = Fault(at, report, $"has the format {format.Name}", schema, "format");
        return holds;
    }

    private bool JudgeArray(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        var (count, holds, found) = (value.GetArrayLength(), true, 0);
        if (count < schema.MinItems) holds = Fault(at, report, $"has at least {schema.MinItems} items", schema, "minItems");
        if (count > schema.MaxItems) holds = Fault(at, report, $"has at most {schema.MaxItems} items", schema, "maxItems");
        if (schema.UniqueItems && HasTwins(value)) holds = Fault(at, report, "has no item twice", schema, "uniqueItems");
        if (schema.PrefixItems.Count == 0 && schema.Items is null && schema.Contains is null) return holds;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var place = new Place(at, index);
            if ((index < schema.PrefixItems.Count ? schema.PrefixItems[index] : schema.Items) is { } rule) holds &= Judge(rule, item, place, report);
            if (schema.Contains is { } sought && Judge(sought, item, place, report: false)) found++;
            index++;
            if (!holds && (!report || IsFull)) return false;
        }

        if (schema.Contains is null) return holds;
        if (found < schema.MinContains) holds = Fault(at, report, $"has at least {schema.MinContains} items of the kind sought", schema, "contains");
        if (found > schema.MaxContains) holds = Fault(at, report, $"has at most {schema.MaxContains} items of the kind sought", schema, "maxContains");
        return holds;
    }

    private bool JudgeObject(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        var (count, holds) = (value.GetPropertyCount(), true);
        if (count < schema.MinProperties) holds = Fault(at, report, $"has at least {schema.MinProperties} members", schema, "minProperties");
        if (count > schema.MaxProperties) holds = Fault(at, report, $"has at most {schema.MaxProperties} members", schema, "maxProperties");
        foreach (var name in schema.Required)
            if (!Has(value, name, count)) holds = Fault(at, report, $"has the member '{name}'", schema, "required");
        foreach (var (name, needed) in schema.DependentRequired)
            if (Has(value, name, count) && needed.FirstOrDefault(other => !Has(value, other, count)) is { } missing) holds = Fault(at, report, $"has the member '{missing}' beside '{name}'", schema, "dependentRequired");
        foreach (var (name, rule) in schema.DependentSchemas)
            if (Has(value, name, count)) holds &= Judge(rule, value, at, report);
        if (schema.Properties.Count == 0 && schema.PatternProperties.Count == 0 && schema.AdditionalProperties is null && schema.PropertyNames is null) return holds;
        foreach (var member in value.EnumerateObject())
        {
            holds &= JudgeMember(schema, member.Name, member.Value, at, report);
            if (!holds && (!report || IsFull)) return false;
        }

        return holds;
    }

    private bool JudgeMember(SchemaNode schema, string name, JsonElement value, Place at, bool report)
    {
        Spend(1);
        var (place, holds, named) = (new Place(at, name), true, false);
        if (schema.Properties.TryGetValue(name, out var rule))
        {
            named = true;
            holds &= Judge(rule, value, place, report);
        }

        foreach (var (pattern, inner) in schema.PatternProperties)
        {
            Spend(1 + (name.Length / 8));
            if (!pattern.Matches(name)) continue;
            named = true;
            holds &= Judge(inner, value, place, report);
        }

        if (!named && schema.AdditionalProperties is { } others)
            holds &= others.Nothing ? Fault(place, report, "is no member of this object", schema, "additionalProperties") : Judge(others, value, place, report);
        if (schema.PropertyNames is { } names)
        {
            using var text = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(name));
            holds &= Judge(names, text.RootElement, place, report);
        }

        return holds;
    }

    private bool JudgeCombined(SchemaNode schema, JsonElement value, Place at, bool report)
    {
        var holds = schema.Ref is null || Judge(schema.Ref, value, at, report);
        foreach (var part in schema.AllOf) holds &= Judge(part, value, at, report);
        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(part => Judge(part, value, at, report: false))) holds = Fault(at, report, $"fulfils one of {schema.AnyOf.Count} alternatives", schema, "anyOf");
        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Judge(part, value, at, report: false)) != 1) holds = Fault(at, report, $"fulfils exactly one of {schema.OneOf.Count} alternatives", schema, "oneOf");
        if (schema.Not is { } not && Judge(not, value, at, report: false)) holds = Fault(at, report, "does not fulfil what is excluded", schema, "not");
        if (schema.If is { } condition && (Judge(condition, value, at, report: false) ? schema.Then : schema.Else) is { } follows) holds &= Judge(follows, value, at, report);
        return holds;
    }

    private bool Has(JsonElement value, string name, int count)
    {
        Spend(1 + (count / 4));
        return value.TryGetProperty(name, out _);
    }

    private bool HasTwins(JsonElement array)
    {
        Spend(JsonMarshal.GetRawUtf8Value(array).Length / 4);
        var seen = new HashSet<JsonElement>(SameJson.Instance);
        foreach (var item in array.EnumerateArray())
            if (!seen.Add(item)) return true;
        return false;
    }

    private static JsonTypes TypeOf(JsonElement value, JsonTypes asked) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ when (asked & JsonTypes.Number) == JsonTypes.Number => JsonTypes.Number,
        _ => value.TryGetInt64(out _) || JsonNumber.Of(value).IsInteger ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private static string Describe(JsonTypes types) =>
        string.Join(" or ", Enum.GetValues<JsonTypes>().Where(t => t is not (JsonTypes.None or JsonTypes.Fraction) && (types & t) == t && !(t == JsonTypes.Integer && (types & JsonTypes.Fraction) != 0)).Select(t => t.ToString().ToLowerInvariant()));

    private bool IsFull => _faults.Count >= ServiceDialects.MaxFaults;

    private bool Fault(Place at, bool report, string rule, SchemaNode schema, string keyword)
    {
        if (report && !IsFull) _faults.Add(new SchemaFault(at.ToString(), $"breaks the rule: {rule} (schema {schema.Pointer}{(keyword.Length == 0 ? "" : "/")}{keyword})"));
        return false;
    }

    private void Spend(long steps)
    {
        if ((_steps -= steps) < 0) throw new TooMuchException("it takes too many steps to validate; make it smaller, or have the schema simplified");
    }

    private sealed class TooMuchException(string message) : Exception(message);
}
