using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>Puts the members of one object together, in the order in which a document shows them; what is usual is left out.</summary>
internal sealed class ObjectWriter
{
    internal JsonObject Json { get; } = [];

    internal ObjectWriter Text(string name, string? value, string? usual = null)
    {
        if (value is not null && value != usual) Json.Add(name, value);
        return this;
    }

    internal ObjectWriter Number(string name, int? value, int? usual = null)
    {
        if (value is { } number && number != usual) Json.Add(name, number);
        return this;
    }

    internal ObjectWriter Fraction(string name, double value, double usual)
    {
        if (!value.Equals(usual)) Json.Add(name, value);
        return this;
    }

    internal ObjectWriter Flag(string name, bool value, bool usual = false)
    {
        if (value != usual) Json.Add(name, value);
        return this;
    }

    internal ObjectWriter Time(string name, DateTimeOffset? value) => Text(name, value is { } time ? ScalarForms.Write(time) : null);

    internal ObjectWriter Duration(string name, TimeSpan? value) => value is { } set ? Text(name, ScalarForms.Write(set)) : this;

    internal ObjectWriter Duration(string name, TimeSpan value, TimeSpan usual) => value == usual ? this : Text(name, ScalarForms.Write(value));

    internal ObjectWriter Texts(string name, IEnumerable<string> values)
    {
        var list = new JsonArray();
        foreach (var value in values) list.Add((JsonNode)value);
        return Node(name, list.Count == 0 ? null : list);
    }

    internal ObjectWriter Objects(string name, IEnumerable<JsonObject> values)
    {
        var list = new JsonArray();
        foreach (var value in values) list.Add((JsonNode)value);
        return Node(name, list.Count == 0 ? null : list);
    }

    internal ObjectWriter Object(string name, JsonObject? value) => Node(name, value is { Count: 0 } ? null : value);

    private ObjectWriter Node(string name, JsonNode? value)
    {
        if (value is not null) Json.Add(name, value);
        return this;
    }
}
