using System.Data.Common;
using Hub.Adapters.Stores.Copying;
using Npgsql;
using NpgsqlTypes;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Rows go into PostgreSQL by binary <c>COPY</c>.</summary>
internal sealed class PostgreSqlCopy : ICopyDialect
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private PostgreSqlCopy(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, _connection) = (source, connection);

    public CopySql Sql => PostgreSqlCopySql.Texts;

    public DbConnection Connection => _connection;

    public int Schema => PostgreSqlMigrations.Newest;

    internal static async Task<PostgreSqlCopy> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var source = PostgreSqlConnections.Plain(connectionString, "copy");
        try
        {
            return new PostgreSqlCopy(source, await source.OpenConnectionAsync(cancellationToken));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public async Task<int> ReadSchemaAsync(CancellationToken cancellationToken)
    {
        await using var there = new NpgsqlCommand("SELECT to_regclass('schema') IS NOT NULL", _connection);
        return await there.ExecuteScalarAsync(cancellationToken) is true ? (await PostgreSqlMigrations.ReadAsync(_connection, cancellationToken)).Version : 0;
    }

    public async Task ImportAsync(DbTransaction transaction, CopyTable table, CopyBatch rows, CancellationToken cancellationToken)
    {
        await using var import = await _connection.BeginBinaryImportAsync($"COPY {table.Name} ({table.Columns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        import.Timeout = Patience;
        while (rows.Next() is { } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            import.StartRow();
            foreach (var value in row) Write(import, value);
        }

        await import.CompleteAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static void Write(NpgsqlBinaryImporter import, object? value)
    {
        switch (value)
        {
            case null: import.WriteNull(); break;
            case long number: import.Write(number, NpgsqlDbType.Bigint); break;
            case int number: import.Write(number, NpgsqlDbType.Integer); break;
            case short number: import.Write(number, NpgsqlDbType.Smallint); break;
            case bool yes: import.Write(yes, NpgsqlDbType.Boolean); break;
            case DateTimeOffset time: import.Write(time, NpgsqlDbType.TimestampTz); break;
            case byte[] octets: import.Write(octets, NpgsqlDbType.Bytea); break;
            case string text: import.Write(text, NpgsqlDbType.Text); break;
            default: throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "No table has such a column.");
        }
    }
}
