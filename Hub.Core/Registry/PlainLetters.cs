using System.Globalization;
using System.Text;

namespace Hub.Core.Registry;

/// <summary>Writes Vietnamese without its marks.</summary>
public static class PlainLetters
{
    private static readonly Dictionary<char, char> Plain = Table(
        "aàáảãạăằắẳẵặâầấẩẫậ", "eèéẻẽẹêềếểễệ", "iìíỉĩị", "oòóỏõọôồốổỗộơờớởỡợ", "uùúủũụưừứửữự", "yỳýỷỹỵ", "dđ");

    /// <summary>For the built-in fonts of PDF, which have no other letters: what is not ASCII then becomes <c>?</c>.</summary>
    /// <param name="text">Composed text (NFC).</param>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text) plain.Append(Plain.TryGetValue(letter, out var bare) ? bare : letter is >= ' ' and <= '~' ? letter : '?');
        return plain.ToString();
    }

    /// <summary>For searching: lower case without marks, all other letters as they are. "Sở Nội vụ" and "so noi vu" are the same.</summary>
    /// <param name="text">Composed text (NFC).</param>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            // A mark that stands apart from its letter, as some systems write Vietnamese.
            if (char.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark) continue;
            folded.Append(char.ToLowerInvariant(Plain.GetValueOrDefault(letter, letter)));
        }

        return folded.ToString();
    }

    private static Dictionary<char, char> Table(params ReadOnlySpan<string> families)
    {
        var table = new Dictionary<char, char>();
        foreach (var family in families)
        {
            foreach (var letter in family)
            {
                table[letter] = family[0];
                table[char.ToUpperInvariant(letter)] = char.ToUpperInvariant(family[0]);
            }
        }

        return table;
    }
}
