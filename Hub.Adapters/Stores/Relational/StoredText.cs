using System.Text;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Text as every database takes it: one that came from outside must not spoil the group it is in.</summary>
internal static class StoredText
{
    /// <summary>The text, with U+FFFD for what is no text (U+0000, half a surrogate pair).</summary>
    internal static string? Of(string? text) =>
        text is null || (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal)) ? text : Clean(text);

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        return clean.ToString();
    }
}
