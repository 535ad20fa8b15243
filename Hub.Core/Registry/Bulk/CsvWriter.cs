namespace Hub.Core.Registry.Bulk;

/// <summary>Writes CSV (RFC 4180: every cell quoted, CRLF) that a spreadsheet shows as text: no cell can become a formula. UTF-8 with
/// a byte order mark is what the usual spreadsheets understand, so write the first row with <see cref="ForSpreadsheets"/>.</summary>
/// <param name="output">Where to; not disposed.</param>
/// <param name="separator">Comma, or semicolon as Vietnamese spreadsheets prefer.</param>
public sealed class CsvWriter(TextWriter output, char separator = ',')
{
    private bool _begun;

    /// <summary>Whether the first row is preceded by a byte order mark (false).</summary>
    public bool ForSpreadsheets { get; init; }

    /// <summary>Writes one row.</summary>
    /// <param name="cells">Its cells; null is an empty one.</param>
    public void Write(params IEnumerable<string?> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (!_begun && ForSpreadsheets) output.Write('\uFEFF');
        _begun = true;
        var first = true;
        foreach (var cell in cells)
        {
            if (!first) output.Write(separator);
            first = false;
            output.Write('"');
            output.Write(CsvText.Guard(cell ?? "").Replace("\"", "\"\"", StringComparison.Ordinal));
            output.Write('"');
        }

        output.Write("\r\n");
    }
}
