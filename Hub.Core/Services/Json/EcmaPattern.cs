using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hub.Core.Services.Json;

/// <summary>A pattern of the dialect: the part of ECMA 262 that means one thing and matches in linear time. It finds a match
/// anywhere in the text, as JSON Schema says; characters are UTF-16 units, as without the flag u.</summary>
/// <remarks>It is written again for .NET, whose own <c>$</c> matches before a last line feed, whose <c>\d</c> takes digits of
/// every script, and whose classes can be subtracted. Look-around, back references and named groups are refused.</remarks>
internal sealed class EcmaPattern
{
    private const int MaxLength = 2_000;
    private const string Space = "\\t\\n\\v\\f\\r \\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF";
    private static readonly HashSet<string> Categories =
        ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp"];

    private readonly Regex _regex;

    private EcmaPattern(string source, Regex regex) => (Source, _regex) = (source, regex);

    /// <summary>As it stands in the schema.</summary>
    internal string Source { get; }

    internal bool Matches(string text) => _regex.IsMatch(text);

    /// <exception cref="FormatException">Outside the dialect; the message says how.</exception>
    internal static EcmaPattern Parse(string source)
    {
        if (source.Length > MaxLength) throw new FormatException($"it has {source.Length} characters; at most {MaxLength} are allowed");
        if (source.Any(char.IsSurrogate)) throw new FormatException("characters beyond U+FFFF are not in the dialect of patterns; list such values with enum");
        var target = new Reader(source).Translate();
        try
        {
            return new EcmaPattern(source, new Regex(target, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new FormatException(fault is NotSupportedException ? "it has too many repetitions to match in linear time; use smaller counts" : "it is no regular expression", fault);
        }
    }

    private sealed class Reader(string source)
    {
        private readonly StringBuilder _target = new();
        private int _at;

        internal string Translate()
        {
            while (_at < source.Length)
            {
                var unit = source[_at++];
                switch (unit)
                {
                    case '\\': Escape(inClass: false); break;
                    case '[': Class(); break;
                    case '(': Group(); break;
                    case '.': _target.Append("[^\\n\\r\\u2028\\u2029]"); break;
                    case '^': _target.Append("\\A"); break;
                    case '$': _target.Append("\\z"); break;
                    case '{': Count(); break;
                    case ']' or '}': throw new FormatException($"the '{unit}' at position {_at - 1} closes nothing; write \\{unit}");
                    case '#' or ' ': _target.Append('\\').Append(unit); break;
                    default: _target.Append(unit); break;
                }
            }

            return _target.ToString();
        }

        private void Group()
        {
            if (_at < source.Length && source[_at] == '?')
            {
                if (_at + 1 >= source.Length || source[_at + 1] != ':') throw new FormatException("look-around and named groups are not in the dialect; use ( … ) or (?: … )");
                _at += 2;
            }

            _target.Append("(?:");
        }

        private void Count()
        {
            var end = source.IndexOf('}', _at);
            var parts = end < 0 ? [] : source[_at..end].Split(',');
            if (parts.Length is not (1 or 2) || !IsCount(parts[0]) || (parts.Length == 2 && parts[1].Length > 0 && !IsCount(parts[1])))
                throw new FormatException("a '{' starts a count such as {2,5}; write \\{ for the character");
            _target.Append('{').Append(source, _at, end - _at).Append('}');
            _at = end + 1;
        }

        private static bool IsCount(string text) => text.Length is > 0 and <= 4 && text.All(char.IsAsciiDigit);

        private void Class()
        {
            _target.Append('[');
            if (_at < source.Length && source[_at] == '^')
            {
                _target.Append('^');
                _at++;
            }

            if (_at < source.Length && source[_at] == ']') throw new FormatException("an empty class matches nothing, or everything; say so without a class");
            while (true)
            {
                if (_at >= source.Length) throw new FormatException("a '[' is not closed");
                var unit = source[_at++];
                if (unit == ']') break;
                if (unit == '\\') Escape(inClass: true);
                else if (unit is '[' or '^') _target.Append('\\').Append(unit);
                else _target.Append(unit);
            }

            _target.Append(']');
        }

        private void Escape(bool inClass)
        {
            if (_at >= source.Length) throw new FormatException("it ends with a backslash");
            var unit = source[_at++];
            var text = unit switch
            {
                'd' or 'w' or 's' when inClass && IsRangeAhead() => throw new FormatException($"a range cannot begin with \\{unit}; put the '-' last"),
                'd' => inClass ? "0-9" : "[0-9]",
                'w' => inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]",
                's' => inClass ? Space : $"[{Space}]",
                'D' when !inClass => "[^0-9]",
                'W' when !inClass => "[^A-Za-z0-9_]",
                'S' when !inClass => $"[^{Space}]",
                't' or 'n' or 'v' or 'f' or 'r' => $"\\{unit}",
                'x' => Unit(2),
                'u' => Unit(4),
                'p' or 'P' => Category(unit),
                _ when "^$\\.*+?()[]{}|/-".Contains(unit, StringComparison.Ordinal) => $"\\{unit}",
                _ => throw new FormatException($"the escape \\{unit} is not in the dialect{(inClass ? " within a class" : "")}"),
            };
            _target.Append(text);
        }

        private bool IsRangeAhead() => _at + 1 < source.Length && source[_at] == '-' && source[_at + 1] != ']';

        private string Unit(int digits)
        {
            if (_at + digits > source.Length || !ushort.TryParse(source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                throw new FormatException($"\\{source[_at - 1]} needs {digits} hexadecimal digits");
            _at += digits;
            return $"\\u{value:X4}";
        }

        private string Category(char kind)
        {
            var end = _at < source.Length && source[_at] == '{' ? source.IndexOf('}', _at) : -1;
            var name = end < 0 ? "" : source[(_at + 1)..end];
            if (!Categories.Contains(name)) throw new FormatException($"\\{kind} needs a general category such as \\p{{L}} or \\p{{Nd}}");
            _at = end + 1;
            return $"\\{kind}{{{name}}}";
        }
    }
}
