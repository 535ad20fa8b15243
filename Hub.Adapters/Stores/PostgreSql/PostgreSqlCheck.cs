using System.Globalization;
using Hub.Contracts.Trail;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Looks at a hub's database as a node would: connection, rights, schema, clock, partitions, ids, log, replica. Changes nothing.</summary>
/// <param name="target">The database.</param>
/// <param name="replica">Its replica; null for none.</param>
/// <param name="logKey">The hub's log key; null when it is not known here.</param>
/// <param name="clock">This machine's clock.</param>
public sealed class PostgreSqlCheck(PostgreSqlTarget target, PostgreSqlTarget? replica, NoteVerifier? logKey, TimeProvider clock)
{
    private const int OldestServer = 150000;
    private const int MonthsAhead = 2;
    private const long Blocks = 1L << 38;
    private static readonly TimeSpan MaxClockOff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(30);

    private readonly List<StoreFinding> _found = [];

    /// <summary>Looks.</summary>
    /// <exception cref="UnauthorizedAccessException">The database refuses; the message says what to do.</exception>
    /// <exception cref="IOException">It does not answer.</exception>
    public async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var source = PostgreSqlConnections.Plain(target.ConnectionString, "check");
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await ServerAsync(connection, cancellationToken);
            if (await SchemaAsync(connection, cancellationToken))
            {
                await RightsAsync(connection, cancellationToken);
                await PartitionsAsync(connection, cancellationToken);
                await LogAsync(connection, cancellationToken);
            }

            if (replica is not null) await ReplicaAsync(replica, cancellationToken);
        }
        catch (Exception failed) when (failed is NpgsqlException or TimeoutException)
        {
            if (PostgreSqlRefusal.Of(failed, target) is { } refusal) throw new UnauthorizedAccessException(refusal, failed);
            throw new IOException($"The {target} does not answer: {failed.Message}", failed);
        }

        return _found;
    }

    private async Task ServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        await using var rows = await ReadAsync(connection, PostgreSqlCheckSql.Server, cancellationToken);
        var trip = clock.GetUtcNow() - before;
        Add("server", rows.GetInt32(1) >= OldestServer && !rows.GetBoolean(3),
            $"PostgreSQL {rows.GetString(0)}", rows.GetBoolean(3) ? "it is a standby: name the primary, or all hosts with 'Target Session Attributes=primary'" : "15 is the oldest that a hub runs on");
        var tls = rows.GetString(4);
        var local = target.Hosts.All(PostgreSqlTarget.IsLocal);
        Add("tls", tls.Length > 0 || local, tls.Length > 0 ? tls : "none, on this machine", "add 'SSL Mode=VerifyFull'");
        var off = rows.GetFieldValue<DateTimeOffset>(2) - (before + (trip / 2));
        Add("clock", off.Duration() <= MaxClockOff, string.Create(CultureInfo.InvariantCulture, $"the database is {off.TotalSeconds:+0.000;-0.000} s off this machine"), "synchronise both with the same source of time");
        Add("durable", rows.GetString(5) != "off" && rows.GetString(6) == "on", $"synchronous_commit {rows.GetString(5)}, fsync {rows.GetString(6)}", "a receipt promises more than this keeps: set both on");
    }

    private async Task<bool> SchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await PostgreSqlMigrations.CheckAsync(connection, cancellationToken);
            var (version, _) = await PostgreSqlMigrations.ReadAsync(connection, cancellationToken);
            Add("schema", true, $"{version}; this program runs on {PostgreSqlMigrations.Oldest} to {PostgreSqlMigrations.Newest} and what these allow", "");
            return true;
        }
        catch (InvalidDataException outside)
        {
            Add("schema", false, outside.Message, "");
            return false;
        }
    }

    private async Task RightsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var rows = await ReadAsync(connection, PostgreSqlCheckSql.Rights, cancellationToken);
        var much = (rows.GetBoolean(0) || rows.GetBoolean(1) || rows.GetBoolean(3), rows.GetBoolean(2), rows.GetBoolean(4)) switch
        {
            (true, _, _) => "it owns the tables or is a superuser, and could rewrite the log: nodes need the application role only",
            (_, _, true) => $"it may change or delete what the log holds: run 'hub store migrate --app {target.Role}' with the owner role",
            (_, true, _) => $"it may make tables in the hub's schema: run REVOKE CREATE ON SCHEMA … FROM PUBLIC, {target.Role}",
            _ => null,
        };
        Add("role", much is null && rows.GetBoolean(5), $"'{target.Role}' reads and writes rows", much ?? $"it may not write: run 'hub store migrate --app {target.Role}' with the owner role");
    }

    private async Task PartitionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var months = (int)(await ScalarAsync(connection, PostgreSqlCheckSql.Partitions, cancellationToken))!;
        Add("partitions", months > MonthsAhead, $"this month and {months - 1} ahead", "nodes make them daily; see their logs, or run 'hub store migrate'");
        var used = (long)(await ScalarAsync(connection, PostgreSqlCheckSql.Ids, cancellationToken))!;
        Add("ids", used < Blocks / 2, string.Create(CultureInfo.InvariantCulture, $"{100.0 * (Blocks - used) / Blocks:0.0} % of the blocks are free"), "write to those who make this program");
        await using var nodes = await ReadAsync(connection, PostgreSqlCheckSql.Nodes, cancellationToken);
        Add("nodes", true, $"{nodes.GetInt32(1)} live of {nodes.GetInt32(0)} that ever joined", "");
    }

    private async Task LogAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        long size, entries;
        string? head, newest;
        await using (var rows = await ReadAsync(connection, PostgreSqlCheckSql.Head, cancellationToken))
        {
            size = rows.GetInt64(0);
            (head, newest) = (rows.IsDBNull(1) ? null : rows.GetString(1), rows.IsDBNull(2) ? null : rows.GetString(2));
            entries = rows.IsDBNull(3) ? 0 : rows.GetInt64(3);
        }

        if (size == 0 && newest is null && entries == 0)
        {
            Add("log", true, "empty: no hub was opened here yet", "");
            return;
        }

        Add("log", head == newest && entries == size && await LeadsToAsync(connection, size, newest, cancellationToken), $"{size} entries; the newest checkpoint {(logKey is null ? "was not checked against a key (no keys in --data)" : "is signed by this hub's key")}, its tiles lead to it",
            $"head, checkpoint and tiles do not agree (head {size}, entries {entries}), or another hub's key signed: run 'hub log verify', and restore the database from a backup");
    }

    private async Task<bool> LeadsToAsync(NpgsqlConnection connection, long size, string? note, CancellationToken cancellationToken)
    {
        if (note is null) return false;
        var checkpoint = logKey is null ? Checkpoint.Parse(SignedNote.UnverifiedText(note)) : Checkpoint.Open(note, logKey);
        if (checkpoint?.Size != size) return false;
        var root = await EdgeRoot.ComputeAsync(size, async (level, index) =>
        {
            await using var command = new NpgsqlCommand(PostgreSqlCheckSql.Tile, connection) { Parameters = { new() { Value = level }, new() { Value = index } } };
            return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
        });
        return root is not null && checkpoint.Root.Span.SequenceEqual(root);
    }

    private async Task ReplicaAsync(PostgreSqlTarget place, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = PostgreSqlConnections.Plain(place.ConnectionString, "check");
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var rows = await ReadAsync(connection, PostgreSqlCheckSql.Lag, cancellationToken);
            // Without new transactions the last one replayed is old, and the replica still up to date.
            var lag = rows.GetBoolean(2) ? TimeSpan.Zero : TimeSpan.FromSeconds(rows.GetDouble(1));
            Add("replica", lag <= MaxLag, string.Create(CultureInfo.InvariantCulture, $"{(rows.GetBoolean(0) ? "a standby" : "no standby but a primary")}, {lag.TotalSeconds:0.0} s behind"), "searches show an old state: look into the replication");
        }
        catch (Exception failed) when (failed is NpgsqlException or TimeoutException)
        {
            Add("replica", false, PostgreSqlRefusal.Of(failed, place) ?? $"The {place} does not answer: {failed.Message}", "");
        }
    }

    private void Add(string name, bool good, string found, string advice) => _found.Add(new StoreFinding(name, good, good || advice.Length == 0 ? found : $"{found}: {advice}"));

    private static async Task<NpgsqlDataReader> ReadAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return rows;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
