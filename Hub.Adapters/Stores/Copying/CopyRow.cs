using Hub.Adapters.Stores.Relational;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Writes a source's row as the target's.</summary>
/// <param name="import">The running import.</param>
/// <param name="bodies">Reads the sealed record of a body by segment, offset and length.</param>
internal sealed class CopyRow(NpgsqlBinaryImporter import, Func<int, long, int, byte[]> bodies)
{
    /// <summary>About how many bytes were written.</summary>
    internal long Bytes { get; private set; }

    internal void Write(string types, SqliteDataReader row)
    {
        import.StartRow();
        var column = 0;
        foreach (var type in types)
        {
            if (type == 'o')
            {
                Octets(bodies(row.GetInt32(column), row.GetInt64(column + 1), row.GetInt32(column + 2)));
                column += 3;
            }
            else if (row.IsDBNull(column))
            {
                import.WriteNull();
                column++;
            }
            else
            {
                Value(type, row, column++);
            }
        }
    }

    private void Value(char type, SqliteDataReader row, int column)
    {
        Bytes += 8;
        switch (type)
        {
            case 'l': import.Write(row.GetInt64(column), NpgsqlDbType.Bigint); break;
            case 'i': import.Write(row.GetInt32(column), NpgsqlDbType.Integer); break;
            case 's': import.Write(row.GetInt16(column), NpgsqlDbType.Smallint); break;
            case 'b': import.Write(row.GetInt64(column) != 0, NpgsqlDbType.Boolean); break;
            case 'd': import.Write(new DateTime(row.GetInt64(column), DateTimeKind.Utc), NpgsqlDbType.TimestampTz); break;
            case 'x': Octets(row.GetFieldValue<byte[]>(column)); break;
            case 't':
                var text = StoredText.Of(row.GetString(column))!;
                import.Write(text, NpgsqlDbType.Text);
                Bytes += text.Length;
                break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Not a letter of CopyTable.Types.");
        }
    }

    private void Octets(byte[] octets)
    {
        import.Write(octets, NpgsqlDbType.Bytea);
        Bytes += octets.Length;
    }
}
