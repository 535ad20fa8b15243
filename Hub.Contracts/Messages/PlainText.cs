using System.Text;

namespace Hub.Contracts.Messages;

/// <summary>Text of unknown origin made fit for messages, the log and people.</summary>
public static class PlainText
{
    /// <summary>The text, cut to a length and made of XML 1.0 characters only: controls except tab and line feed become a
    /// space; lone surrogates, U+FFFE and U+FFFF become U+FFFD. A character is never cut in two.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="length">Most Unicode characters (code points) kept, 0 or more.</param>
    public static string Fit(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var fitting = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (length-- == 0) break;
            if (Rune.IsControl(rune) && rune.Value is not '\t' and not '\n') fitting.Append(' ');
            else if (rune.Value is 0xFFFE or 0xFFFF) fitting.Append('\uFFFD');
            else fitting.Append(rune.ToString());
        }

        return fitting.ToString();
    }

    /// <summary>As <see cref="Fit"/>, with an ellipsis where something was cut off.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="length">Most Unicode characters kept before the ellipsis.</param>
    public static string Shorten(string text, int length)
    {
        var whole = Fit(text, length + 1);
        var cut = Fit(whole, length);
        return cut.Length == whole.Length ? whole : cut + "…";
    }
}
