using System.Buffers;

namespace Hub.Contracts.Envelopes;

/// <summary>Rules for text that must mean the same in XML 1.0 and JSON. Lengths count Unicode characters (code points), as
/// XSD and JSON Schema do.</summary>
internal static class TextRules
{
    private static readonly SearchValues<byte> NoXmlOctets = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(static c => c is not ('\t' or '\n' or '\r')).Select(static c => (byte)c)]);

    /// <summary>How U+FFC0 to U+FFFF begin in UTF-8.</summary>
    private static ReadOnlySpan<byte> LastOfPlane => [0xEF, 0xBF];

    internal static int Length(string text)
    {
        var length = text.Length;
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit)) length--;
        return length;
    }

    /// <summary>The first thing that keeps a text from being one line of XML 1.0 characters without controls; null when fine.</summary>
    internal static string? FaultInLine(string text) => Fault(text, lines: false);

    /// <summary>As <see cref="FaultInLine"/>, but tab and line feed are allowed. A carriage return is not: XML parsers drop it.</summary>
    internal static string? FaultInText(string text) => Fault(text, lines: true);

    /// <summary>Whether a text is valid Unicode of XML 1.0 characters only (tab, line feed and carriage return included).</summary>
    internal static bool IsXmlText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i)) i++;
            else if (!System.Xml.XmlConvert.IsXmlChar(text[i])) return false;
        }

        return true;
    }

    /// <summary>As <see cref="IsXmlText(string)"/>, for valid UTF-8: U+FFFE and U+FFFF are its only characters above the controls that XML lacks.</summary>
    internal static bool IsXmlText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.ContainsAny(NoXmlOctets)) return false;
        for (var at = utf8.IndexOf(LastOfPlane); at >= 0; at = utf8.IndexOf(LastOfPlane))
        {
            if (utf8[at + 2] >= 0xBE) return false;
            utf8 = utf8[(at + 3)..];
        }

        return true;
    }

    /// <summary>A value for an error message: shortened, and without what could disturb a terminal or a log.</summary>
    internal static string Quote(string? value)
    {
        if (value is null) return "(none)";
        var shown = value.Length > 80 ? value.AsSpan(0, 80) : value;
        var clean = string.Create(shown.Length, shown, (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) || IsBidiControl(source[i]) ? '\uFFFD' : source[i];
        });
        return value.Length > 80 ? $"'{clean}…'" : $"'{clean}'";
    }

    /// <summary>Characters that reorder or hide the text around them, so that a name looks like another.</summary>
    internal static bool IsBidiControl(char unit) => unit is '\u061C' or '\u200E' or '\u200F' or '\uFEFF'
        or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string? Fault(string text, bool lines)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (char.IsSurrogate(unit))
            {
                if (!char.IsSurrogatePair(text, i)) return $"has a lone surrogate at position {i}";
                i++;
            }
            else if (char.IsControl(unit) && !(lines && unit is '\t' or '\n'))
            {
                return $"has the control character U+{(int)unit:X4} at position {i}";
            }
            else if (unit is '\uFFFE' or '\uFFFF')
            {
                return $"has U+{(int)unit:X4} at position {i}, which XML 1.0 cannot hold";
            }
        }

        return null;
    }
}
