using System.Globalization;
using Hub.Contracts.Trail;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Looks at a hub's database as a node would: connection, rights, schema, clock, partitions, ids, log, replica. Changes nothing.</summary>
/// <param name="target">The database.</param>
/// <param name="replica">Its replica; null for none.</param>
/// <param name="logKey">The hub's log key; null when it is not known here.</param>
/// <param name="clock">This machine's clock.</param>
internal sealed class PostgreSqlCheck(PostgreSqlTarget target, PostgreSqlTarget? replica, NoteVerifier? logKey, TimeProvider clock) : StoreCheck(logKey)
{
    private const int OldestServer = 150000;
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(30);

    /// <summary>Looks.</summary>
    /// <exception cref="UnauthorizedAccessException">The database refuses; the message says what to do.</exception>
    /// <exception cref="IOException">It does not answer.</exception>
    internal async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken)
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
                await LogAsync(connection, PostgreSqlCheckSql.Head, PostgreSqlCheckSql.Tile, cancellationToken);
            }

            if (replica is not null) await ReplicaAsync(replica, cancellationToken);
        }
        catch (Exception failed) when (failed is NpgsqlException or TimeoutException)
        {
            if (PostgreSqlRefusal.Of(failed, target) is { } refusal) throw new UnauthorizedAccessException(refusal, failed);
            throw new IOException($"The {target} does not answer: {failed.Message}", failed);
        }

        return Found;
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
        AddClock(rows.GetFieldValue<DateTimeOffset>(2) - (before + (trip / 2)));
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
        await using (var room = await ReadAsync(connection, PostgreSqlCheckSql.Room, cancellationToken)) AddRoom(room.GetInt32(0), room.GetInt64(1));
        await using var nodes = await ReadAsync(connection, PostgreSqlCheckSql.Nodes, cancellationToken);
        AddNodes(nodes.GetInt32(0), nodes.GetInt32(1));
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
}
