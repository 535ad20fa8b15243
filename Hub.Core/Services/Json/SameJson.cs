using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>Equality of JSON values as JSON Schema means it: numbers by value, objects whatever the order of their members.</summary>
internal sealed class SameJson : IEqualityComparer<JsonElement>
{
    internal static readonly SameJson Instance = new();

    /// <inheritdoc/>
    public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(JsonElement obj) => obj.ValueKind switch
    {
        JsonValueKind.Object => obj.EnumerateObject().Aggregate(1, (hash, member) => unchecked(hash + HashCode.Combine(member.Name, GetHashCode(member.Value)))),
        JsonValueKind.Array => obj.EnumerateArray().Aggregate(2, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        JsonValueKind.String => obj.GetString()!.GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Number => JsonNumber.Of(obj).Hash(),
        _ => (int)obj.ValueKind,
    };
}
