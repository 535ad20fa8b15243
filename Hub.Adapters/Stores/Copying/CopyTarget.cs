using Hub.Adapters.Stores.PostgreSql;
using Npgsql;

namespace Hub.Adapters.Stores.Copying;

/// <summary>The database that a hub is copied into. Its table <c>hub_copy</c> says how far the copy is, in the same transaction as the rows,
/// so that a copy that was cut short goes on where it was; while it is there, no node starts (see <see cref="PostgreSqlMigrations"/>).</summary>
internal sealed class CopyTarget(NpgsqlConnection connection)
{
    private const string Begin = """
        CREATE TABLE IF NOT EXISTS hub_copy (name text PRIMARY KEY, last bigint NOT NULL, rows bigint NOT NULL, note text);
        CREATE TABLE IF NOT EXISTS message_moved PARTITION OF message FOR VALUES FROM (0) TO (8796093022208);
        CREATE TABLE IF NOT EXISTS body_moved PARTITION OF body FOR VALUES FROM (0) TO (8796093022208) WITH (toast_tuple_target = 4080);
        """;

    // Nodes count for themselves from here on; what was there before is nobody's: node 0.
    private const string End = """
        INSERT INTO delivery_count (node, state, count) SELECT 0, state, count(*) FROM delivery GROUP BY state;
        INSERT INTO delivery_count (node, state, count) SELECT 0, -1, count(*) FROM message;
        SELECT setval(pg_get_serial_sequence('registry_object', 'num'), GREATEST((SELECT max(num) FROM registry_object), 1));
        DROP TABLE hub_copy;
        """;

    internal NpgsqlConnection Connection => connection;

    /// <summary>Begins the copy of a source, or takes it up again.</summary>
    /// <param name="note">The source's newest checkpoint, which tells it from every other hub and from its own past and future.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was begun before.</returns>
    /// <exception cref="InvalidDataException">Another hub is in the database, or on its way into it.</exception>
    internal async Task<bool> BeginAsync(string note, CancellationToken cancellationToken)
    {
        var version = await ScalarAsync("SELECT to_regclass('schema') IS NOT NULL", cancellationToken) is true ? (await PostgreSqlMigrations.ReadAsync(connection, cancellationToken)).Version : 0;
        if (version != PostgreSqlMigrations.Newest)
            throw new InvalidDataException($"The database has schema {version}, a copy by this program needs {PostgreSqlMigrations.Newest}. Run 'hub store migrate' of this program with the owner role first.");
        var begun = await ScalarAsync("SELECT to_regclass('hub_copy') IS NOT NULL", cancellationToken) is true;
        if (!begun && await ScalarAsync("SELECT EXISTS (SELECT FROM entry) OR EXISTS (SELECT FROM message) OR (SELECT size FROM log_head) > 0", cancellationToken) is true)
            throw new InvalidDataException("The database holds a hub already. Copy into an empty one: a hub is never mixed with another.");
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(Begin, cancellationToken);
        await ExecuteAsync("INSERT INTO hub_copy VALUES ('source', 0, 0, $1) ON CONFLICT DO NOTHING", cancellationToken, note);
        if (await ScalarAsync("SELECT note FROM hub_copy WHERE name = 'source'", cancellationToken) as string != note)
            throw new InvalidDataException("A copy into this database was begun from another hub, or from this one before it went on. Drop the database, make it anew, and copy again.");
        await transaction.CommitAsync(cancellationToken);
        return begun;
    }

    /// <summary>Where a table's copy stands: the last key, and how many rows; −1 and 0 at the beginning.</summary>
    internal async Task<(long Last, long Rows)> StandsAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT last, rows FROM hub_copy WHERE name = $1", connection) { Parameters = { new() { Value = table } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetInt64(1)) : (-1, 0);
    }

    /// <summary>Notes, inside the transaction of the rows, where a table's copy stands.</summary>
    internal Task NoteAsync(string table, long last, long rows, CancellationToken cancellationToken) =>
        ExecuteAsync("INSERT INTO hub_copy VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET last = excluded.last, rows = excluded.rows", cancellationToken, table, last, rows);

    /// <summary>Opens the log where the source's stands, and lets nodes in.</summary>
    internal async Task FinishAsync(long size, string note, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("UPDATE log_head SET size = $1, note = $2, time = $3", cancellationToken, size, note, time.ToUniversalTime());
        await ExecuteAsync(End, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ExecuteAsync("ANALYZE", cancellationToken);
    }

    internal async Task<object?> ScalarAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string text, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
