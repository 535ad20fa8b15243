using System.Globalization;
using Hub.Adapters.Stores;
using Hub.Contracts.Trail;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>Looks at a hub's database as a node would: connection, rights, schema, clock, partitions, ids, log, replica. Changes nothing.</summary>
/// <param name="target">The database.</param>
/// <param name="replica">Its readable secondary; null for none.</param>
/// <param name="logKey">The hub's log key; null when it is not known here.</param>
/// <param name="clock">This machine's clock.</param>
internal sealed class SqlServerCheck(SqlServerTarget target, SqlServerTarget? replica, NoteVerifier? logKey, TimeProvider clock) : StoreCheck(logKey)
{
    private const int OldestServer = 15;
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(30);

    /// <summary>Looks.</summary>
    internal async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(target, cancellationToken);
            await ServerAsync(connection, cancellationToken);
            if (await SchemaAsync(connection, cancellationToken))
            {
                await RightsAsync(connection, cancellationToken);
                await RoomAsync(connection, cancellationToken);
                await LogAsync(connection, SqlServerCheckSql.Head, SqlServerCheckSql.Tile, cancellationToken);
                if (replica is not null) await ReplicaAsync(connection, replica, cancellationToken);
            }
        }
        catch (Exception failed) when (StoreTarget.IsOfTheDatabase(failed))
        {
            if (target.RefusalOf(failed) is { } refusal) throw new UnauthorizedAccessException(refusal, failed);
            throw new IOException($"The {target} does not answer: {failed.Message}", failed);
        }

        return Found;
    }

    private async Task ServerAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        await using var rows = await ReadAsync(connection, SqlServerCheckSql.Server, cancellationToken);
        var trip = clock.GetUtcNow() - before;
        var writes = rows.GetString(3) == "READ_WRITE";
        Add("server", rows.GetInt32(1) >= OldestServer && writes, $"SQL Server {rows.GetString(0)}", writes ? "2019 (15) is the oldest that a hub runs on" : "the database may only be read: name the primary");
        var encrypted = !new SqlConnectionStringBuilder(target.ConnectionString).Encrypt.Equals(SqlConnectionEncryptOption.Optional);
        Add("tls", encrypted || target.IsOnThisMachine, encrypted ? "encrypted" : "none, on this machine", "leave 'Encrypt' out");
        AddClock(rows.GetFieldValue<DateTimeOffset>(2) - (before + (trip / 2)));
        Add("durable", rows.GetString(5) != "FORCED", $"delayed durability {rows.GetString(5)}", "a receipt promises more than this keeps: ALTER DATABASE CURRENT SET DELAYED_DURABILITY = DISABLED");
    }

    private async Task<bool> SchemaAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await SqlServerMigrations.CheckAsync(connection, cancellationToken);
            var (version, _) = await SqlServerMigrations.ReadAsync(connection, cancellationToken);
            Add("schema", true, $"{version}; this program runs on {SqlServerMigrations.Oldest} to {SqlServerMigrations.Newest} and what these allow", "");
            return true;
        }
        catch (InvalidDataException outside)
        {
            Add("schema", false, outside.Message, "");
            return false;
        }
    }

    private async Task RightsAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var rows = await ReadAsync(connection, SqlServerCheckSql.Rights, cancellationToken);
        var much = rows.GetBoolean(0) ? "it owns the tables, and could rewrite the log: nodes need a user of their own"
            : rows.GetBoolean(1) ? $"it may change or delete what the log holds: run 'hub store migrate --app {target.Role}' with the owner's login"
            : null;
        Add("role", much is null && rows.GetBoolean(2), $"'{target.Role}' reads and writes rows", much ?? $"it may not write: run 'hub store migrate --app {target.Role}' with the owner's login");
        Add("paused", rows.GetBoolean(3), "writers that stand idle in a transaction", "they cannot be ended, and a node that was stopped in the middle of a group would hold the others up: GRANT ALTER ANY CONNECTION and VIEW SERVER STATE to the hub's login");
    }

    private async Task RoomAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        int months;
        await using (var rows = await ReadAsync(connection, SqlServerCheckSql.Months, cancellationToken)) months = rows.GetInt32(0);
        await using (var rows = await ReadAsync(connection, SqlServerCheckSql.Ids, cancellationToken)) AddRoom(months, rows.GetInt64(0));
        await using var nodes = await ReadAsync(connection, SqlServerCheckSql.Nodes, cancellationToken);
        AddNodes(nodes.GetInt32(0), nodes.GetInt32(1));
    }

    private async Task ReplicaAsync(SqlConnection primary, SqlServerTarget place, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(place, cancellationToken);
            var (here, there) = (await TimeAsync(primary, cancellationToken), await TimeAsync(connection, cancellationToken));
            var lag = here is { } last ? last - (there ?? DateTimeOffset.MinValue) : TimeSpan.Zero;
            Add("replica", lag <= MaxLag, string.Create(CultureInfo.InvariantCulture, $"its log is {Math.Max(lag.TotalSeconds, 0):0.0} s behind"), "searches show an old state: look into the availability group");
        }
        catch (Exception failed) when (StoreTarget.IsOfTheDatabase(failed))
        {
            Add("replica", false, $"the {place} does not answer ({failed.Message})", "searches are answered by the primary meanwhile");
        }
    }

    private static async Task<DateTimeOffset?> TimeAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var rows = await ReadAsync(connection, SqlServerCheckSql.Time, cancellationToken);
        return await rows.IsDBNullAsync(0, cancellationToken) ? null : await rows.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
    }

    private static Task<SqlConnection> OpenAsync(SqlServerTarget place, CancellationToken cancellationToken) =>
        SqlServerConnections.OpenAsync(SqlServerConnections.Text(place.ConnectionString, "hub check", most: null, seconds: 30), cancellationToken);
}
