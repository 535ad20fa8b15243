using System.Buffers;
using System.Text;

namespace Hub.Contracts.Trail;

/// <summary>Strings and octets as the trail's text formats write them: one form each, so that equal means equal.</summary>
internal static class CanonicalText
{
    /// <summary>UTF-8 that throws instead of replacing.</summary>
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What RFC 8785 §3.2.2.2 escapes.</summary>
    internal static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    internal static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => $"\\u{(int)character:x4}",
    };

    /// <summary>Decodes base64 in its one canonical form (RFC 4648 §4: padded, no white space, no stray bits); null otherwise.</summary>
    internal static byte[]? DecodeBase64(ReadOnlySpan<char> text)
    {
        if (text.Length % 4 != 0) return null;
        var octets = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, octets, out var length)) return null;
        Array.Resize(ref octets, length);
        return text.SequenceEqual(Convert.ToBase64String(octets)) ? octets : null;
    }

    /// <summary>Reads a decimal without sign or leading zeroes; null otherwise or beyond 2^63 − 1.</summary>
    internal static long? DecodeDecimal(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0')
        && long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
