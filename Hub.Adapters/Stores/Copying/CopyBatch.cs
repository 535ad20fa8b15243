using Hub.Adapters.Stores.Relational;
using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Rows of a source, as the target has them, up to what one transaction takes.</summary>
/// <param name="table">Which they are of.</param>
/// <param name="source">The source's rows.</param>
/// <param name="bodies">Reads the sealed record of a body by segment, offset and length.</param>
internal sealed class CopyBatch(CopyTable table, SqliteDataReader source, Func<int, long, int, byte[]> bodies)
{
    private const int MostRows = 20_000;
    private const long MostBytes = 16 << 20;

    /// <summary>How many rows were taken.</summary>
    internal int Rows { get; private set; }

    /// <summary>About how many bytes they are.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The key of the last one.</summary>
    internal long Last { get; private set; }

    /// <summary>Whether the source has no more.</summary>
    internal bool IsLast { get; private set; }

    /// <summary>The next row's values in the order of the columns; null when the batch is full or the source at its end.</summary>
    internal object?[]? Next()
    {
        if (IsLast || (table.Key is not null && (Rows >= MostRows || Bytes >= MostBytes))) return null;
        IsLast = !source.Read();
        if (IsLast) return null;
        var values = new object?[table.Types.Length];
        var column = 0;
        for (var i = 0; i < values.Length; i++) values[i] = Value(table.Types[i], ref column);
        Last = source.GetInt64(source.FieldCount - 1);
        Rows++;
        return values;
    }

    private object? Value(char type, ref int column)
    {
        if (type == 'o')
        {
            var octets = bodies(source.GetInt32(column), source.GetInt64(column + 1), source.GetInt32(column + 2));
            column += 3;
            Bytes += octets.Length;
            return octets;
        }

        var at = column++;
        if (source.IsDBNull(at)) return null;
        Bytes += 8;
        switch (type)
        {
            case 'l': return source.GetInt64(at);
            case 'i': return source.GetInt32(at);
            case 's': return source.GetInt16(at);
            case 'b': return source.GetInt64(at) != 0;
            case 'd': return new DateTimeOffset(source.GetInt64(at), TimeSpan.Zero);
            case 'x':
                var octets = source.GetFieldValue<byte[]>(at);
                Bytes += octets.Length;
                return octets;
            case 't':
                var text = StoredText.Of(source.GetString(at))!;
                Bytes += text.Length;
                return text;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Not a letter of CopyTable.Types.");
        }
    }
}
