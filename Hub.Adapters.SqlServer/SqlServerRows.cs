using System.Collections;
using System.Data;
using System.Diagnostics.CodeAnalysis;
using Hub.Adapters.Stores.Relational;
using Microsoft.Data.SqlClient;
using Microsoft.Data.SqlClient.Server;

namespace Hub.Adapters.SqlServer;

/// <summary>Values and rows as parameters: single values by their type, many rows as a table of the type that the schema declares for them.</summary>
internal static class SqlServerRows
{
    /// <summary>The parameter that holds the rows of a statement.</summary>
    internal const string Name = "@rows";

    private const int KeyBytes = 32;
    private const int TextLength = 400;
    private const string KeyList = "hub.key_list", IdList = "hub.id_list", TextList = "hub.text_list";

    internal static SqlParameter Value<T>(string name, T value) => value switch
    {
        IEnumerable<byte[]> keys => List(name, KeyList, new SqlMetaData("value", SqlDbType.VarBinary, KeyBytes), keys),
        IEnumerable<string> texts => List(name, TextList, new SqlMetaData("value", SqlDbType.NVarChar, TextLength), texts),
        IEnumerable<long> ids => List(name, IdList, new SqlMetaData("value", SqlDbType.BigInt), ids),
        _ => Single(name, typeof(T), value),
    };

    internal static SqlParameter Table(RowSet rows) =>
        Structured(Name, TypeOf(rows), new Records([.. rows.Columns.Select(static c => MetaOf(c.Name, KindOf(c.Type)))], [.. rows.Columns.Select(static c => c.Items)], rows.Count));

    /// <summary>The table type of a set of rows.</summary>
    internal static string TypeOf(RowSet rows) => $"hub.{rows.Name}";

    private static SqlParameter Single(string name, Type type, object? value)
    {
        var kind = KindOf(type);
        var parameter = new SqlParameter("@" + name, kind) { Value = Plain(value) };
        if (kind is SqlDbType.NVarChar or SqlDbType.VarBinary) parameter.Size = -1;
        // A text of any length would keep an index from being used: nothing that is compared is longer.
        if (parameter.Value is string { Length: <= 4_000 } or DBNull && kind == SqlDbType.NVarChar) parameter.Size = 4_000;
        if (parameter.Value is byte[] { Length: <= 8_000 } or DBNull && kind == SqlDbType.VarBinary) parameter.Size = 8_000;
        return parameter;
    }

    private static SqlParameter List<T>(string name, string type, SqlMetaData column, IEnumerable<T> values)
    {
        var records = values.Select(value =>
        {
            var record = new SqlDataRecord(column);
            record.SetValue(0, value!);
            return record;
        }).ToList();
        return Structured("@" + name, type, records.Count == 0 ? null : records);
    }

    private static SqlParameter Structured(string name, string type, IEnumerable<SqlDataRecord>? rows) => new(name, SqlDbType.Structured) { TypeName = type, Value = rows };

    private static object Plain(object? value) => value switch
    {
        null => DBNull.Value,
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        ArraySegment<byte> bytes => bytes.ToArray(),
        _ => value,
    };

    internal static SqlDbType KindOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(long) ? SqlDbType.BigInt
            : plain == typeof(int) ? SqlDbType.Int
            : plain == typeof(short) ? SqlDbType.SmallInt
            : plain == typeof(double) ? SqlDbType.Float
            : plain == typeof(bool) ? SqlDbType.Bit
            : plain == typeof(string) ? SqlDbType.NVarChar
            : plain == typeof(DateTimeOffset) ? SqlDbType.DateTimeOffset
            : plain == typeof(byte[]) || plain == typeof(ReadOnlyMemory<byte>) || plain == typeof(ArraySegment<byte>) ? SqlDbType.VarBinary
            : throw new ArgumentOutOfRangeException(nameof(type), type, "No statement takes such a value.");
    }

    private static SqlMetaData MetaOf(string name, SqlDbType kind) =>
        kind is SqlDbType.NVarChar or SqlDbType.VarBinary ? new SqlMetaData(name, kind, SqlMetaData.Max) : new SqlMetaData(name, kind);

    /// <summary>Rows of a set, read as they are sent. One record goes through all of them: the client has read it when it asks for the next.</summary>
    [SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "They are records.")]
    private sealed class Records(SqlMetaData[] columns, IList[] values, int count) : IEnumerable<SqlDataRecord>
    {
        public IEnumerator<SqlDataRecord> GetEnumerator()
        {
            var record = new SqlDataRecord(columns);
            for (var row = 0; row < count; row++)
            {
                for (var column = 0; column < values.Length; column++) record.SetValue(column, Plain(values[column][row]));
                yield return record;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
