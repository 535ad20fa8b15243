namespace Hub.Contracts.Envelopes.Xml;

/// <summary>The orders of Canonical XML: by Unicode code point, which differs from UTF-16 order beyond U+FFFF.</summary>
internal static class CanonicalOrder
{
    internal static readonly Comparison<NamespaceBinding> Namespaces = static (a, b) => Compare(a.Prefix, b.Prefix);

    internal static readonly Comparison<ElementAttribute> Attributes = static (a, b) =>
        Compare(a.NamespaceUri, b.NamespaceUri) is var order and not 0 ? order : Compare(a.LocalName, b.LocalName);

    internal static int Compare(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length - b.Length;
        char x = a[common], y = b[common];
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x - y : char.IsSurrogate(x) ? 1 : -1;
    }
}
