using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>Whether every value that fulfils one schema fulfils another. Each rule of the new schema must follow from one of
/// the old that judges the same value; what is not seen to follow counts as broken.</summary>
/// <remarks>A pair that is being compared is taken to hold where it is met again: schemas lead back to themselves only
/// through a member or an item, so that this is an induction on the depth of the value.</remarks>
internal sealed class JsonCompatibility
{
    private const int MaxComparisons = 100_000;
    private readonly HashSet<(SchemaNode, SchemaNode)> _assumed = [];
    private readonly List<(SchemaNode, SchemaNode)> _trail = [];
    private readonly List<SchemaMistake> _mistakes = [];
    private int _comparisons;

    internal static IReadOnlyList<SchemaMistake> Check(SchemaNode old, SchemaNode @new)
    {
        var run = new JsonCompatibility();
        run.Implies(old, @new, report: true);
        return run._mistakes;
    }

    /// <summary>Whether whatever fulfils the first fulfils the second.</summary>
    private bool Implies(SchemaNode old, SchemaNode @new, bool report)
    {
        if (++_comparisons > MaxComparisons || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return Broken(@new, "", "The schemas are too intricate to be compared.", report);
        if (!_assumed.Add((old, @new))) return true;
        var mark = _trail.Count;
        _trail.Add((old, @new));
        if (Rules(new Known(old), @new, report)) return true;
        // With the pair goes all that was concluded while it was assumed.
        foreach (var pair in _trail.Skip(mark)) _assumed.Remove(pair);
        _trail.RemoveRange(mark, _trail.Count - mark);
        return false;
    }

    private bool Rules(Known old, SchemaNode @new, bool report)
    {
        if (old.IsNothing) return true;
        if (@new.Nothing) return Broken(@new, "", "Nothing may stand here any more.", report);
        var holds = Values(old, @new, report) & Numbers(old, @new, report) & Texts(old, @new, report);
        holds &= Items(old, @new, report) & Members(old, @new, report);
        return holds & Combined(old, @new, report);
    }

    private bool Values(Known old, SchemaNode @new, bool report)
    {
        var holds = true;
        if (@new.Types is { } types && !old.Any(o => o.Types is { } before && (before & ~types) == 0) && !old.OnlyValues(v => (KindOf(v) & ~types) == 0))
            holds = Broken(@new, "type", "Some types are no longer allowed.", report);
        if (@new.Const is { } only && !old.OnlyValues(v => JsonElement.DeepEquals(v, only))) holds = Broken(@new, "const", "Only one value is allowed, and others were.", report);
        if (@new.Enum is { } listed && !old.OnlyValues(listed.ToHashSet(SameJson.Instance).Contains)) holds = Broken(@new, "enum", "Values are missing from the list.", report);
        return holds;
    }

    private bool Numbers(Known old, SchemaNode @new, bool report)
    {
        var holds = true;
        if (@new.Minimum is { } low && !old.Any(o => AtLeast(o.Minimum, low) || AtLeast(o.ExclusiveMinimum, low))) holds = Broken(@new, "minimum", "The minimum is higher, or new.", report);
        if (@new.Maximum is { } high && !old.Any(o => AtMost(o.Maximum, high) || AtMost(o.ExclusiveMaximum, high))) holds = Broken(@new, "maximum", "The maximum is lower, or new.", report);
        if (@new.ExclusiveMinimum is { } above && !old.Any(o => o.Minimum?.CompareTo(above) > 0 || AtLeast(o.ExclusiveMinimum, above))) holds = Broken(@new, "exclusiveMinimum", "The minimum is higher, or new.", report);
        if (@new.ExclusiveMaximum is { } below && !old.Any(o => o.Maximum?.CompareTo(below) < 0 || AtMost(o.ExclusiveMaximum, below))) holds = Broken(@new, "exclusiveMaximum", "The maximum is lower, or new.", report);
        if (@new.MultipleOf is { } unit && !old.Any(o => o.MultipleOf is { } before && before.IsMultipleOf(unit))) holds = Broken(@new, "multipleOf", "The unit is no divisor of the one before, or is new.", report);
        return holds;
    }

    private bool Texts(Known old, SchemaNode @new, bool report)
    {
        var holds = true;
        if (@new.MinLength > 0 && !old.Any(o => o.MinLength >= @new.MinLength)) holds = Broken(@new, "minLength", "Texts must be longer.", report);
        if (@new.MaxLength < int.MaxValue && !old.Any(o => o.MaxLength <= @new.MaxLength)) holds = Broken(@new, "maxLength", "Texts must be shorter.", report);
        if (@new.Pattern is { } pattern && !old.Any(o => o.Pattern?.Source == pattern.Source)) holds = Broken(@new, "pattern", "The pattern differs, or is new.", report);
        if (@new.Format is { } format && !old.Any(o => o.Format == format)) holds = Broken(@new, "format", "The format differs, or is new.", report);
        return holds;
    }

    private bool Items(Known old, SchemaNode @new, bool report)
    {
        var holds = true;
        if (@new.MinItems > 0 && !old.Any(o => o.MinItems >= @new.MinItems)) holds = Broken(@new, "minItems", "Lists must be longer.", report);
        if (@new.MaxItems < int.MaxValue && !old.Any(o => o.MaxItems <= @new.MaxItems)) holds = Broken(@new, "maxItems", "Lists must be shorter.", report);
        if (@new.UniqueItems && !old.Any(o => o.UniqueItems)) holds = Broken(@new, "uniqueItems", "Items must be unique.", report);
        for (var i = 0; i < @new.PrefixItems.Count; i++) holds &= FollowsFor(old, o => [ItemAt(o, i)], @new.PrefixItems[i], report);
        if (@new.Items is { } rest)
            holds &= FollowsFor(old, o => [.. o.PrefixItems.Skip(@new.PrefixItems.Count), o.Items ?? SchemaNode.Anything], rest, report);
        if (@new.Contains is { } sought && !old.Any(o => o.Contains is { } before && o.MinContains >= @new.MinContains && o.MaxContains <= @new.MaxContains && Same(before, sought)))
            holds = Broken(@new, "contains", "What lists must contain differs, or is new.", report);
        return holds;
    }

    private bool Members(Known old, SchemaNode @new, bool report)
    {
        var holds = true;
        if (@new.MinProperties > 0 && !old.Any(o => o.MinProperties >= @new.MinProperties)) holds = Broken(@new, "minProperties", "More members are needed.", report);
        if (@new.MaxProperties < int.MaxValue && !old.Any(o => o.MaxProperties <= @new.MaxProperties)) holds = Broken(@new, "maxProperties", "Fewer members are allowed.", report);
        foreach (var name in @new.Required)
            if (!old.Any(o => o.Required.Contains(name))) holds = Broken(@new, "required", $"The member '{name}' is required now.", report);
        foreach (var (name, needed) in @new.DependentRequired)
            if (!needed.All(other => old.Any(o => o.Required.Contains(other) || (o.DependentRequired.TryGetValue(name, out var before) && before.Contains(other)))))
                holds = Broken(@new, "dependentRequired", $"The member '{name}' demands others now.", report);
        foreach (var (name, rule) in @new.DependentSchemas)
            if (!old.Any(o => o.DependentSchemas.TryGetValue(name, out var before) && Implies(before, rule, report: false)))
                holds = Broken(@new, "dependentSchemas", $"The member '{name}' demands something else now.", report);
        foreach (var (name, rule) in @new.Properties) holds &= FollowsFor(old, o => NamedIn(o, name), rule, report);
        foreach (var (pattern, rule) in @new.PatternProperties) holds &= FollowsFor(old, o => MatchedIn(o, pattern), rule, report);
        if (@new.AdditionalProperties is { } others) holds &= FollowsFor(old, o => OthersIn(o, @new), others, report);
        if (@new.PropertyNames is { } names && !old.Any(o => o.PropertyNames is { } before && Implies(before, names, report: false)))
            holds = Broken(@new, "propertyNames", "The names of members are restricted further.", report);
        return holds;
    }

    private bool Combined(Known old, SchemaNode @new, bool report)
    {
        var holds = @new.Ref is null || Implies(old.Whole, @new.Ref, report);
        foreach (var part in @new.AllOf) holds &= Implies(old.Whole, part, report);
        if (@new.AnyOf.Count > 0 && !@new.AnyOf.Any(part => Implies(old.Whole, part, report: false))
            && !old.Any(o => Covers(o.AnyOf, @new.AnyOf) || Covers(o.OneOf, @new.AnyOf))) holds = Broken(@new, "anyOf", "An alternative is missing or narrower.", report);
        if (@new.OneOf.Count > 0 && !old.Any(o => o.OneOf.Count == @new.OneOf.Count && o.OneOf.Zip(@new.OneOf).All(pair => Same(pair.First, pair.Second))))
            holds = Broken(@new, "oneOf", "Alternatives of which exactly one holds may not change at all.", report);
        if (@new.Not is { } not && !old.Any(o => o.Not is { } before && Implies(not, before, report: false))) holds = Broken(@new, "not", "More is excluded.", report);
        if (@new.If is { } condition && (@new.Then ?? @new.Else) is not null && !old.Any(o => o.If is { } before && Same(before, condition)
            && Implies(o.Then ?? SchemaNode.Anything, @new.Then ?? SchemaNode.Anything, report: false) && Implies(o.Else ?? SchemaNode.Anything, @new.Else ?? SchemaNode.Anything, report: false)))
            holds = Broken(@new, "if", "The condition, or what follows from it, differs or is new.", report);
        return holds;
    }

    /// <summary>Whether, in one of the old schemas, each of those that may judge a place implies the new one.</summary>
    private bool FollowsFor(Known old, Func<SchemaNode, IReadOnlyList<SchemaNode>> places, SchemaNode rule, bool report)
    {
        if (old.Any(o => places(o).All(before => Implies(before, rule, report: false)))) return true;
        if (!report) return false;
        var count = _mistakes.Count;
        foreach (var before in places(old.Whole)) Implies(before, rule, report: true);
        return _mistakes.Count > count ? false : Broken(rule, "", "It says more than the old schema did here, where other values were valid too.", report);
    }

    private bool Covers(IReadOnlyList<SchemaNode> old, IReadOnlyList<SchemaNode> @new) =>
        old.Count > 0 && old.All(before => @new.Any(after => Implies(before, after, report: false)));

    private bool Same(SchemaNode one, SchemaNode other) => Implies(one, other, report: false) && Implies(other, one, report: false);

    private static SchemaNode ItemAt(SchemaNode old, int index) => index < old.PrefixItems.Count ? old.PrefixItems[index] : old.Items ?? SchemaNode.Anything;

    private static IReadOnlyList<SchemaNode> NamedIn(SchemaNode old, string name)
    {
        if (old.Properties.TryGetValue(name, out var named)) return [named];
        var matched = old.PatternProperties.Where(p => p.Pattern.Matches(name)).Select(p => p.Schema).ToList();
        return [matched.Count > 0 ? matched[0] : old.AdditionalProperties ?? SchemaNode.Anything];
    }

    private static IReadOnlyList<SchemaNode> MatchedIn(SchemaNode old, EcmaPattern pattern)
    {
        if (old.PatternProperties.FirstOrDefault(p => p.Pattern.Source == pattern.Source).Schema is { } same) return [same];
        return [.. old.Properties.Where(p => pattern.Matches(p.Key)).Select(p => p.Value), .. old.PatternProperties.Select(p => p.Schema), old.AdditionalProperties ?? SchemaNode.Anything];
    }

    private static IReadOnlyList<SchemaNode> OthersIn(SchemaNode old, SchemaNode @new) =>
    [
        .. old.Properties.Where(p => !@new.Properties.ContainsKey(p.Key) && !@new.PatternProperties.Any(n => n.Pattern.Matches(p.Key))).Select(p => p.Value),
        .. old.PatternProperties.Where(p => @new.PatternProperties.All(n => n.Pattern.Source != p.Pattern.Source)).Select(p => p.Schema),
        old.AdditionalProperties ?? SchemaNode.Anything,
    ];

    private static bool AtLeast(JsonNumber? bound, JsonNumber least) => bound?.CompareTo(least) >= 0;

    private static bool AtMost(JsonNumber? bound, JsonNumber most) => bound?.CompareTo(most) <= 0;

    private static JsonTypes KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ => JsonNumber.Of(value).IsInteger ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private bool Broken(SchemaNode schema, string keyword, string detail, bool report)
    {
        if (report && _mistakes.Count < ServiceDialects.MaxFaults) _mistakes.Add(new SchemaMistake(keyword.Length == 0 ? schema.Pointer : $"{schema.Pointer}/{keyword}", detail));
        return false;
    }

    /// <summary>Everything known to hold of a value that fulfils a schema: the schema, and what it joins by allOf and $ref.</summary>
    private sealed class Known
    {
        private readonly List<SchemaNode> _all = [];

        internal Known(SchemaNode whole)
        {
            Whole = whole;
            Add(whole);
        }

        internal SchemaNode Whole { get; }

        internal bool IsNothing => _all.Exists(o => o.Nothing);

        internal bool Any(Func<SchemaNode, bool> follows) => _all.Exists(o => follows(o));

        /// <summary>Whether only listed values are possible, and each of them passes.</summary>
        internal bool OnlyValues(Func<JsonElement, bool> passes) =>
            _all.Exists(o => (o.Const is { } only && passes(only)) || (o.Enum is { } listed && listed.All(passes)));

        private void Add(SchemaNode node)
        {
            if (_all.Contains(node)) return;
            _all.Add(node);
            if (node.Ref is { } target) Add(target);
            foreach (var part in node.AllOf) Add(part);
        }
    }
}
