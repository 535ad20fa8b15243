using System.Globalization;
using System.Text;

namespace Hub.Core.Registry;

/// <summary>Defence against names and codes that only look like others (homographs). Pure.</summary>
internal static class LookAlikes
{
    /// <summary>For the end of a mistake: names the first character that no code or address can hold; empty when there is none.</summary>
    internal static string Remark(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
            if (!rune.IsAscii) return $" It holds {Named(rune)}; codes and addresses are written in ASCII alone.";
        return "";
    }

    /// <summary>What is wrong with a name for people to read; null when nothing is. A name is written in one alphabet and has
    /// nothing invisible in it, so that two names that look alike are alike.</summary>
    internal static string? WrongName(string name)
    {
        var (latin, other) = (false, default(Rune?));
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsHidden(rune)) return $"holds {Named(rune)}, which nobody sees; take it out.";
            if (!Rune.IsLetter(rune)) continue;
            if (IsConfusable(rune.Value)) other ??= rune;
            else if (IsLatin(rune.Value)) latin = true;
        }

        return latin && other is { } foreign
            ? $"mixes Latin letters with {Named(foreign)} of another alphabet, which only looks familiar; write it in one alphabet."
            : null;
    }

    /// <summary>A code with every character replaced by the one it can be taken for; equal for codes that look alike.</summary>
    internal static string Folded(string code) => code.Replace('O', '0').Replace('I', '1');

    private static string Named(Rune rune) => IsHidden(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>Whether a letter belongs to the Latin alphabet as European languages and Vietnamese write it.</summary>
    internal static bool IsLatin(int c) => c is < 0x0250 or (>= 0x1E00 and <= 0x1EFF);

    /// <summary>Greek, Cyrillic, Armenian and Cherokee letters, full-width and mathematical copies of Latin ones.</summary>
    private static bool IsConfusable(int c) => c is (>= 0x0250 and <= 0x02AF) or (>= 0x0370 and <= 0x058F) or (>= 0x13A0 and <= 0x13FF) or (>= 0x1C80 and <= 0x1C8F)
        or (>= 0x1F00 and <= 0x1FFF) or (>= 0x2DE0 and <= 0x2DFF) or (>= 0xA640 and <= 0xA69F) or (>= 0xAB70 and <= 0xABBF)
        or (>= 0xFF21 and <= 0xFF5A) or (>= 0x1D400 and <= 0x1D7FF);
}
