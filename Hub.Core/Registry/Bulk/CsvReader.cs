using System.Text;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Bulk;

/// <summary>Reads CSV row by row (RFC 4180; any line ends): UTF-8 with or without byte order mark, separated by comma, semicolon or
/// tab, whichever the first line has most of. What cannot be read on ends the rows, with a mistake that says where and why.</summary>
internal sealed class CsvReader : IDisposable
{
    private readonly StreamReader _text;
    private readonly Mistakes _mistakes;
    private readonly CsvLimits _limits;
    private readonly StringBuilder _cell = new();
    private readonly char[] _buffer = new char[8192];
    private int _at;
    private int _end;
    private long _read;
    private long _line = 1;
    private char _separator;

    internal CsvReader(Stream file, Mistakes mistakes, CsvLimits? limits = null)
    {
        _text = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        (_mistakes, _limits) = (mistakes, limits ?? new CsvLimits());
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <summary>The rows, the header among them; empty ones are passed over.</summary>
    internal IEnumerable<CsvRow> Rows()
    {
        if (!TryBegin()) yield break;
        for (var count = 0; TryRead(out var row); count++)
        {
            if (count > _limits.Rows)
            {
                Refuse(row.Line, $"The file has more than {_limits.Rows} rows. Split it.");
                yield break;
            }

            if (!row.IsEmpty) yield return row;
        }
    }

    private bool TryBegin()
    {
        try
        {
            Fill();
            if (_end > 0 && _buffer[0] == '\uFEFF') _at = 1;
            _separator = SeparatorOf(_buffer.AsSpan(_at, _end - _at));
            return true;
        }
        catch (Exception broken) when (broken is DecoderFallbackException or InvalidDataException)
        {
            Refuse(1, broken is InvalidDataException ? broken.Message : NotUtf8);
            return false;
        }
    }

    private bool TryRead(out CsvRow row)
    {
        row = null!;
        var begin = _line;
        try
        {
            if (Peek() < 0) return false;
            row = new CsvRow(begin, ReadRow());
            return true;
        }
        catch (Exception broken) when (broken is DecoderFallbackException or InvalidDataException)
        {
            Refuse(begin, broken is InvalidDataException ? broken.Message : NotUtf8);
            return false;
        }
    }

    private const string NotUtf8 = "The text from here on is not UTF-8. Save the file as 'CSV UTF-8'.";

    private List<string> ReadRow()
    {
        var cells = new List<string>();
        var length = 0L;
        while (true)
        {
            if (cells.Count == _limits.Columns) throw new InvalidDataException($"The row has more than {_limits.Columns} cells.");
            cells.Add(CsvText.Unguard(Peek() == '"' ? ReadQuoted() : ReadPlain()));
            length += cells[^1].Length;
            if (length > _limits.Row) throw new InvalidDataException($"The row has more than {_limits.Row} characters.");
            var next = Next();
            if (next == _separator) continue;
            if (next == '\r' && Peek() == '\n') Next();
            if (next is '\r' or '\n' or < 0) return cells;
            throw new InvalidDataException("Text follows a closing quote. A cell with quotes, separators or line ends in it is quoted as a whole, and quotes within are doubled.");
        }
    }

    private string ReadPlain()
    {
        _cell.Clear();
        while (Peek() is >= 0 and not '\r' and not '\n' and var c && c != _separator)
        {
            if (c == '"') throw new InvalidDataException("A quote stands within a cell that does not begin with one. Quote the whole cell, and double the quotes within.");
            Put(Next());
        }

        return _cell.ToString().Trim();
    }

    private string ReadQuoted()
    {
        var opened = _line;
        _cell.Clear();
        Next();
        while (true)
        {
            var c = Next();
            if (c < 0) throw new InvalidDataException($"The quote opened on line {opened} is never closed.");
            if (c != '"') Put(c);
            else if (Peek() != '"') return _cell.ToString();
            else Put(Next());
        }
    }

    private void Put(int c)
    {
        if (c == 0) throw new InvalidDataException("The text holds NUL. Save the file as 'CSV UTF-8'.");
        if (_cell.Length == _limits.Cell) throw new InvalidDataException($"A cell has more than {_limits.Cell} characters; or a quote before it was never closed.");
        _cell.Append((char)c);
    }

    private int Peek()
    {
        if (_at == _end) Fill();
        return _at < _end ? _buffer[_at] : -1;
    }

    private int Next()
    {
        var c = Peek();
        if (c < 0) return c;
        _at++;
        // A line ends with LF, with CR LF, or with CR alone.
        if (c == '\n' || (c == '\r' && Peek() != '\n')) _line++;
        return c;
    }

    private void Fill()
    {
        _at = 0;
        _end = _text.Read(_buffer, 0, _buffer.Length);
        _read += _end;
        if (_read > _limits.Total) throw new InvalidDataException($"The file has more than {_limits.Total} characters. Split it.");
    }

    private static char SeparatorOf(ReadOnlySpan<char> begin)
    {
        var line = begin.IndexOfAny('\r', '\n') is >= 0 and var end ? begin[..end] : begin;
        var (commas, semicolons, tabs) = (line.Count(','), line.Count(';'), line.Count('\t'));
        return tabs > commas && tabs > semicolons ? '\t' : semicolons > commas ? ';' : ',';
    }

    private void Refuse(long line, string why) => _mistakes.Add(line, "file", why);
}
