using System.Text;

namespace Hub.Host.Demo.Documents;

/// <summary>Writes Vietnamese without its marks, for the built-in fonts of PDF, which have none of its letters.</summary>
internal static class PlainLetters
{
    private static readonly Dictionary<char, char> Plain = Table(
        "aàáảãạăằắẳẵặâầấẩẫậ", "eèéẻẽẹêềếểễệ", "iìíỉĩị", "oòóỏõọôồốổỗộơờớởỡợ", "uùúủũụưừứửữự", "yỳýỷỹỵ", "dđ");

    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text) plain.Append(Plain.TryGetValue(letter, out var bare) ? bare : letter is >= ' ' and <= '~' ? letter : '?');
        return plain.ToString();
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
