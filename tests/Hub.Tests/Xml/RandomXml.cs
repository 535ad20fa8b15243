using System.Text;

namespace Hub.Tests.Xml;

/// <summary>Elements that are hard to canonicalise: inherited, rebound, undone and unused namespaces, xml: attributes,
/// references, CDATA, line ends, letters in several normal forms and beyond the BMP. The same seed gives the same text.</summary>
/// <param name="seed">The seed.</param>
/// <param name="forSignedXml">Leaves out references to tab and carriage return: SignedXml (not its canonicaliser) writes the
/// document out and reads it again before it digests it, and loses them. Nor are two prefixes bound to one namespace: it
/// exchanges them.</param>
public sealed class RandomXml(int seed, bool forSignedXml = false)
{
    private static readonly string[] Prefixes = ["", "a", "b", "ab", "A"];

    // Without & and letters beyond ASCII: libxml2 writes &#38; for the one and refuses the others.
    private static readonly string[] Uris = ["urn:1", "urn:2", "urn:hub:envelope:1", "http://example.invalid/a?b=c#d", "urn:%E1%BB%A6y"];
    private static readonly string[] Names = ["x", "y", "văn-bản", "X", "x.1", "_"];

    private static readonly string[] Pieces =
    [
        "text", " ", "\n", "\r\n", "\r", "\t", "&amp;", "&lt;", "&gt;", ">", "&quot;", "'", "&#13;", "&#10;", "&#9;", "&#x20;", "Ủy ban", "U\u0309y ban",
        "𠀋", "&#x1F600;", "]] >", "a:b", "\u0085", "\u2028", "\uFFFD", "&#xA0;",
    ];

    private readonly Random _random = new(seed);

    public string Element() => Element(4, []);

    private string Element(int depth, Dictionary<string, string> inScope)
    {
        var scope = new Dictionary<string, string>(inScope, StringComparer.Ordinal);
        var declarations = new List<string>();
        foreach (var prefix in Prefixes)
        {
            if (_random.Next(4) > 0) continue;
            var uri = prefix.Length == 0 && _random.Next(3) == 0 ? "" : Pick(Uris) + (forSignedXml ? prefix : "");
            scope[prefix] = uri;
            declarations.Add($"{(prefix.Length == 0 ? "xmlns" : $"xmlns:{prefix}")}={Quoted(uri)}");
        }

        var attributes = Attributes(scope);
        attributes.AddRange(declarations);
        _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(attributes));
        var usable = scope.Keys.Where(prefix => prefix.Length > 0).Append("").ToArray();
        var name = Qualified(Pick(usable), Pick(Names));
        var start = string.Concat(attributes.Select(attribute => Pick(" ", "\n  ") + attribute));
        if (_random.Next(5) == 0) return $"<{name}{start}/>";
        var content = new StringBuilder();
        for (var i = _random.Next(5); i > 0; i--)
            content.Append(_random.Next(3) switch { 0 when depth > 0 => Element(depth - 1, scope), 1 => $"<![CDATA[{Pick("", "<x>&amp;", "]]", "\r\n")}]]>", _ => Text() });
        return $"<{name}{start}>{content}</{name} >";
    }

    private List<string> Attributes(Dictionary<string, string> scope)
    {
        var expanded = new HashSet<(string, string)>();
        var attributes = new List<string>();
        foreach (var prefix in scope.Keys.Where(p => p.Length > 0).Append("").Append("xml"))
        {
            if (_random.Next(3) == 0) continue;
            var local = prefix == "xml" ? Pick("lang", "space", "base") : Pick(Names);
            var uri = prefix.Length == 0 ? "" : prefix == "xml" ? "xml" : scope[prefix];
            if (!expanded.Add((uri, local))) continue;
            var value = local == "space" && prefix == "xml" ? Pick("preserve", "default") : Text().Replace("<", "", StringComparison.Ordinal);
            // The library that this is compared with loses xml:* attributes that are empty; Canonical XML keeps them.
            if (prefix == "xml" && value.Length == 0) value = "vi";
            attributes.Add($"{Qualified(prefix, local)}{Pick("=", " = ")}{Quoted(value)}");
        }

        return attributes;
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(5)).Select(_ => Pick(Pieces)).Where(piece => !forSignedXml || piece is not ("&#9;" or "&#13;")));

    private string Quoted(string value) => _random.Next(2) == 0 && !value.Contains('\'', StringComparison.Ordinal) ? $"'{value}'" : $"\"{value}\"";

    private static string Qualified(string prefix, string local) => prefix.Length == 0 ? local : $"{prefix}:{local}";

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
