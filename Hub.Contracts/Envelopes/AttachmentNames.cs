using System.Text.RegularExpressions;

namespace Hub.Contracts.Envelopes;

/// <summary>What a file name may be, so that no recipient's file system can be tricked by it.</summary>
internal static partial class AttachmentNames
{
    internal const int MaxLength = 255;

    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("/\\:*?\"<>|");

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    internal static string? Fault(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "is empty";
        if (TextRules.Length(name) > MaxLength) return $"has {TextRules.Length(name)} characters, more than {MaxLength}";
        if (TextRules.FaultInLine(name) is { } fault) return fault;
        if (name.AsSpan().IndexOfAny(Forbidden) is >= 0 and var at) return $"has '{name[at]}', which separates paths or means something to a file system";
        if (name.Any(TextRules.IsBidiControl)) return "has a character that reorders or hides text";
        if (name[0] is ' ' || name[^1] is ' ' or '.') return "begins with a space, or ends with a space or dot";
        return Device().IsMatch(name) ? "is the name of a device" : null;
    }

    [GeneratedRegex(@"^(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])[ ]*(\..*)?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Device();
}
