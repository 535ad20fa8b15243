using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>Types of JSON values; an integer is a number without fraction.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    String = 16,
    Integer = 32,
    Fraction = 64,
    Number = Integer | Fraction,
}

/// <summary>A schema of the dialect, read and resolved: absent keywords are null (counts: their neutral value). Not changed
/// once its reader has returned it, hence thread-safe.</summary>
internal sealed class SchemaNode(string pointer)
{
    /// <summary>The schema that everything fulfils.</summary>
    internal static readonly SchemaNode Anything = new("");

    /// <summary>Where it stands.</summary>
    internal string Pointer => pointer;

    /// <summary>Whether it is the schema <c>false</c>.</summary>
    internal bool Nothing { get; set; }

    internal JsonTypes? Types { get; set; }

    internal IReadOnlyList<JsonElement>? Enum { get; set; }

    internal JsonElement? Const { get; set; }

    /// <summary>What comparing with <see cref="Enum"/> and <see cref="Const"/> may cost, in steps.</summary>
    internal int EnumCost { get; set; }

    internal JsonNumber? MultipleOf { get; set; }

    internal JsonNumber? Maximum { get; set; }

    internal JsonNumber? ExclusiveMaximum { get; set; }

    internal JsonNumber? Minimum { get; set; }

    internal JsonNumber? ExclusiveMinimum { get; set; }

    internal int MinLength { get; set; }

    internal int MaxLength { get; set; } = int.MaxValue;

    internal EcmaPattern? Pattern { get; set; }

    internal StringFormat? Format { get; set; }

    internal int MinItems { get; set; }

    internal int MaxItems { get; set; } = int.MaxValue;

    internal bool UniqueItems { get; set; }

    internal IReadOnlyList<SchemaNode> PrefixItems { get; set; } = [];

    internal SchemaNode? Items { get; set; }

    internal SchemaNode? Contains { get; set; }

    internal int MinContains { get; set; } = 1;

    internal int MaxContains { get; set; } = int.MaxValue;

    internal int MinProperties { get; set; }

    internal int MaxProperties { get; set; } = int.MaxValue;

    internal IReadOnlyList<string> Required { get; set; } = [];

    internal IReadOnlyDictionary<string, IReadOnlyList<string>> DependentRequired { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    internal IReadOnlyDictionary<string, SchemaNode> Properties { get; set; } = new Dictionary<string, SchemaNode>();

    internal IReadOnlyList<(EcmaPattern Pattern, SchemaNode Schema)> PatternProperties { get; set; } = [];

    internal SchemaNode? AdditionalProperties { get; set; }

    internal SchemaNode? PropertyNames { get; set; }

    internal IReadOnlyDictionary<string, SchemaNode> DependentSchemas { get; set; } = new Dictionary<string, SchemaNode>();

    internal IReadOnlyList<SchemaNode> AllOf { get; set; } = [];

    internal IReadOnlyList<SchemaNode> AnyOf { get; set; } = [];

    internal IReadOnlyList<SchemaNode> OneOf { get; set; } = [];

    internal SchemaNode? Not { get; set; }

    internal SchemaNode? If { get; set; }

    internal SchemaNode? Then { get; set; }

    internal SchemaNode? Else { get; set; }

    internal SchemaNode? Ref { get; set; }

    /// <summary>Schemas that judge the same value as this one.</summary>
    internal IEnumerable<SchemaNode> SameValue() =>
        new[] { Ref, Not, If, Then, Else }.OfType<SchemaNode>().Concat(AllOf).Concat(AnyOf).Concat(OneOf).Concat(DependentSchemas.Values);
}
