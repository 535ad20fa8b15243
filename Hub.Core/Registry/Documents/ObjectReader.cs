using System.Globalization;

namespace Hub.Core.Registry.Documents;

internal delegate bool TextParser<T>(string text, out T value);

/// <summary>Reads the members of one object by name. Whatever is missing or wrong becomes a mistake and a null or default;
/// <see cref="Close"/> refuses the members that nobody asked for.</summary>
internal sealed class ObjectReader(YamlMapping mapping, string path, Mistakes mistakes)
{
    private const int MaxText = 500;
    private readonly List<string> _known = [];

    internal Place Place => new(mapping.Line, path);

    /// <summary>Whether it comes from the hub's own store, where only what was checked before is written.</summary>
    internal bool Stored { get; init; }

    internal bool Has(string name) => Find(name) is not null;

    internal string? Text(string name, int maxLength = MaxText, bool multiLine = false) => Text(name, maxLength, multiLine, literals: false);

    private string? Text(string name, int maxLength, bool multiLine, bool literals)
    {
        if (Find(name) is not { } node) return null;
        if (node is not YamlScalar scalar) return Wrong(node, name, "must be text, not a list or object.");
        if (scalar.Literal && !literals) return Wrong(node, name, $"is {scalar.Text} as a JSON number or boolean; write it as text, in quotes.");
        if (scalar.Text.Length > maxLength) return Wrong(node, name, $"has {scalar.Text.Length} characters; the limit is {maxLength}.");
        if (!multiLine && scalar.Text.Any(char.IsControl)) return Wrong(node, name, "holds a control character.");
        return HasLoneSurrogate(scalar.Text) ? Wrong(node, name, "holds half of a character (a lone surrogate).") : scalar.Text;
    }

    internal string Required(string name, int maxLength = MaxText)
    {
        if (Find(name) is null) Missing(name);
        var text = Text(name, maxLength);
        if (text is "") Wrong(Find(name)!, name, "is empty.");
        return text ?? "";
    }

    internal T? Value<T>(string name, TextParser<T> parser, string rule, bool literals = false)
        where T : struct
    {
        if (Text(name, MaxText, multiLine: false, literals) is not { } text) return null;
        if (parser(text, out var value)) return value;
        Wrong(Find(name)!, name, $"is '{text}', which is not {rule}{LookAlikes.Remark(text)}");
        return null;
    }

    internal T? RequiredValue<T>(string name, TextParser<T> parser, string rule)
        where T : struct
    {
        if (Find(name) is null) Missing(name);
        return Value(name, parser, rule);
    }

    internal bool Flag(string name, bool otherwise) =>
        Value(name, static (string text, out bool value) => (value = text == "true") || text == "false", "true or false.", literals: true) ?? otherwise;

    internal int? Number(string name, int min, int max) => Value(
        name,
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        $"a whole number from {min} to {max}.",
        literals: true);

    internal double? Fraction(string name, double min, double max) => Value(
        name,
        (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && value >= min && value <= max && value.Equals(Math.Round(value, 6)),
        $"a number from {min} to {max} with at most 6 decimals.",
        literals: true);

    internal DateTimeOffset? Time(string name) =>
        Value<DateTimeOffset>(name, ScalarForms.TryParseTime, "a date (2017-01-01, Vietnam time) or an RFC 3339 time.");

    internal TimeSpan? Duration(string name, TimeSpan min, TimeSpan max) => Value(
        name,
        (string text, out TimeSpan value) => ScalarForms.TryParseDuration(text, out value) && value >= min && value <= max,
        $"a duration such as 500ms, 10s, 5m, 2h or 7d, from {ScalarForms.Write(min)} to {ScalarForms.Write(max)}.");

    internal IReadOnlyList<T> Values<T>(string name, TextParser<T> parser, string rule)
        where T : struct
    {
        var values = new List<T>();
        foreach (var (node, index) in Items(name))
        {
            if (node is YamlScalar { Literal: false } scalar && parser(scalar.Text, out var value)) values.Add(value);
            else Wrong(node, $"{name}[{index}]", $"is not {rule}{LookAlikes.Remark((node as YamlScalar)?.Text)}");
        }

        return values;
    }

    internal IReadOnlyList<string> Texts(string name, int maxLength) => [.. Values(
        name,
        (string text, out Plain value) => (value = new Plain(text)).Text.Length is > 0 && text.Length <= maxLength && !text.Any(char.IsControl) && !HasLoneSurrogate(text),
        $"text of 1 to {maxLength} characters.").Select(p => p.Text)];

    /// <summary>The text of <c>pem</c>, which is demanded; <c>file</c> is for the operator's machine only.</summary>
    internal string? Pem(int maxLength = 20_000)
    {
        var pem = Text("pem", maxLength, multiLine: true);
        if (Text("file", 1000) is not null) Refuse("file", "is resolved by 'hub import' on the operator's machine; the hub itself takes 'pem' only.");
        else if (pem is null) Refuse("pem", "is missing.");
        return pem;
    }

    internal ObjectReader? Object(string name)
    {
        if (Find(name) is not { } node) return null;
        if (node is YamlMapping member) return new ObjectReader(member, Path(name), mistakes) { Stored = Stored };
        Wrong(node, name, "must be an object.");
        return null;
    }

    internal IEnumerable<ObjectReader> Objects(string name)
    {
        foreach (var (node, index) in Items(name))
        {
            if (node is YamlMapping item) yield return new ObjectReader(item, Path($"{name}[{index}]"), mistakes) { Stored = Stored };
            else Wrong(node, $"{name}[{index}]", "must be an object.");
        }
    }

    internal void Refuse(string name, string detail) => Wrong(Find(name) ?? mapping, name, detail);

    internal void Close()
    {
        foreach (var (name, node) in mapping.Members)
        {
            if (!_known.Contains(name)) Wrong(node, name, "is not a known member here. Known: " + string.Join(", ", _known) + ".");
        }
    }

    private IEnumerable<(YamlNode Node, int Index)> Items(string name)
    {
        if (Find(name) is not { } node) return [];
        if (node is YamlSequence sequence) return sequence.Items.Select((item, index) => (item, index));
        Wrong(node, name, "must be a list.");
        return [];
    }

    private YamlNode? Find(string name)
    {
        if (!_known.Contains(name)) _known.Add(name);
        return mapping.Members.TryGetValue(name, out var node) && node is not YamlScalar { IsNull: true } ? node : null;
    }

    private void Missing(string name) => mistakes.Add(mapping.Line, Path(name), "is missing.");

    private string? Wrong(YamlNode node, string name, string detail)
    {
        mistakes.Add(node.Line, Path(name), detail);
        return null;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }

        return false;
    }

    private readonly record struct Plain(string Text);

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
