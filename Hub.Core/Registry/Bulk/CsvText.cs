using System.Buffers;

namespace Hub.Core.Registry.Bulk;

/// <summary>How a cell is kept from being taken for a formula by a spreadsheet (CSV injection), and back. What a program reads is
/// exactly what another wrote; what people typed is taken as text. Pure.</summary>
internal static class CsvText
{
    // What spreadsheets begin a formula with, also as full-width characters; tab, CR and LF are skipped by some before they look.
    private static readonly SearchValues<char> Dangerous = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    /// <summary>Puts an apostrophe before a text that a spreadsheet would take for a formula, or that begins with apostrophes before
    /// such a one.</summary>
    internal static string Guard(string text) => IsDangerous(text) ? "'" + text : text;

    /// <summary>Takes off the apostrophe that <see cref="Guard"/> put there; any other stays.</summary>
    internal static string Unguard(string text) => text.Length > 1 && text[0] == '\'' && IsDangerous(text) ? text[1..] : text;

    private static bool IsDangerous(string text)
    {
        var rest = text.AsSpan().TrimStart('\'');
        return !rest.IsEmpty && Dangerous.Contains(rest[0]);
    }
}
