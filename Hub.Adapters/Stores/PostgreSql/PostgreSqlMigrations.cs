using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Brings a database to the schema that this program knows, and tells whether the program may run on the one that is there.</summary>
public static class PostgreSqlMigrations
{
    /// <summary>The oldest schema that this program runs on.</summary>
    public const int Oldest = 1;

    private const string Create = """
        CREATE TABLE IF NOT EXISTS schema (
            version integer PRIMARY KEY,
            minimum_program integer NOT NULL, -- programs that know no newer schema than one before this may not run any more
            applied timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """;

    internal const string LiveNodes = "SELECT name, version FROM node WHERE until > clock_timestamp() ORDER BY name";
    private const string Lock = "SELECT pg_advisory_lock(hashtextextended('hub schema', 0))";
    private const string Newer = "INSERT INTO schema (version, minimum_program) VALUES ($1, $2)";
    private const string Read = "SELECT version, minimum_program FROM schema ORDER BY version DESC LIMIT 1";

    /// <summary>The newest schema that this program knows.</summary>
    public static int Newest => PostgreSqlSchema.Migrations[^1].Version;

    /// <summary>Runs the migrations that the database has not; safe to run again, and by several at once. Each commits by itself.</summary>
    /// <param name="connectionString">Connection string of the owner role.</param>
    /// <param name="application">The application role, which gets its rights; null when it is the owner itself.</param>
    /// <param name="to">The version to stop at, <see cref="Oldest"/> to <see cref="Newest"/>; null: the newest. A database that is further on stays there.</param>
    /// <param name="cancellationToken">Gives up between migrations.</param>
    /// <returns>The version before and after.</returns>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program, or a node lives whose program may not run on what would be there.</exception>
    public static async Task<(int From, int To)> MigrateAsync(string connectionString, string? application = null, int? to = null, CancellationToken cancellationToken = default)
    {
        await using var source = PostgreSqlConnections.Plain(connectionString, "migration");
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, Lock, cancellationToken);
        await ExecuteAsync(connection, Create, cancellationToken);
        var from = await ReadAsync(connection, cancellationToken);
        if (from.Version > Newest) throw new InvalidDataException($"The database has schema {from.Version}, this program knows up to {Newest}. Migrate with the newer program.");
        var steps = Steps(from.Version, to);
        if (await StoreMigrationPlan.BlockersAsync(connection, LiveNodes, from.Version, OldestProgram(steps), cancellationToken) is { Count: > 0 } blockers) throw new InvalidDataException(string.Join('\n', blockers));
        foreach (var migration in steps)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, migration.Text, cancellationToken);
            await using var newer = new NpgsqlCommand(Newer, connection) { Parameters = { new() { Value = migration.Version }, new() { Value = migration.OldestProgram } } };
            await newer.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await ExecuteAsync(connection, "SELECT hub_ensure_partitions()", cancellationToken);
        if (application is not null) await GrantAsync(connection, application, cancellationToken);
        return (from.Version, steps.Count == 0 ? from.Version : steps[^1].Version);
    }

    /// <summary>What <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    /// <param name="connectionString">Connection string of the owner role.</param>
    /// <param name="application">The application role; null when it is the owner itself.</param>
    /// <param name="to">The version to stop at; null: the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program.</exception>
    public static async Task<StoreMigrationPlan> PlanAsync(string connectionString, string? application = null, int? to = null, CancellationToken cancellationToken = default)
    {
        await using var source = PostgreSqlConnections.Plain(connectionString, "migration");
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var from = 0;
        await using (var there = new NpgsqlCommand("SELECT to_regclass('schema') IS NOT NULL", connection))
        {
            if (await there.ExecuteScalarAsync(cancellationToken) is true) (from, _) = await ReadAsync(connection, cancellationToken);
        }

        if (from > Newest) throw new InvalidDataException($"The database has schema {from}, this program knows up to {Newest}. Migrate with the newer program.");
        var steps = Steps(from, to);
        List<string> texts = [.. steps.Select(static s => $"-- schema {s.Version}, for programs that know schema {s.OldestProgram} or newer\n{s.Text}"), "SELECT hub_ensure_partitions()"];
        if (application is not null) texts.Add(await GrantsAsync(connection, application, cancellationToken));
        return new StoreMigrationPlan(from, steps.Count == 0 ? from : steps[^1].Version, texts, await StoreMigrationPlan.BlockersAsync(connection, LiveNodes, from, OldestProgram(steps), cancellationToken));
    }

    /// <summary>Refuses a schema that this program may not run on.</summary>
    internal static async ValueTask CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        (int Version, int MinimumProgram) found;
        try
        {
            found = await ReadAsync(connection, cancellationToken);
        }
        catch (PostgresException none) when (none.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            throw new InvalidDataException("The database holds no hub. Run 'hub store migrate' with the owner role.", none);
        }

        if (await IsCopyingAsync(connection, cancellationToken))
            throw new InvalidDataException("A hub is on its way into this database and not all of it is here: run the same 'hub store copy' again, it goes on where it was.");
        if (found.Version < Oldest)
            throw new InvalidDataException($"The database has schema {found.Version}, this program needs {Oldest} to {Newest}. Run 'hub store migrate' with the owner role.");
        if (found.MinimumProgram > Newest)
            throw new InvalidDataException($"The database has schema {found.Version}, which needs a program that knows schema {found.MinimumProgram}; this one knows up to {Newest}. Start the newer program.");
    }

    /// <summary>The version that the database has, and the least that a program must know to run on it; zeros when it holds no hub.</summary>
    internal static async Task<(int Version, int MinimumProgram)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt32(0), rows.GetInt32(1)) : (0, 0);
    }

    private static List<PostgreSqlMigration> Steps(int from, int? to) => [.. PostgreSqlSchema.Migrations.Where(m => m.Version > from && m.Version <= (to ?? Newest))];

    private static int? OldestProgram(IEnumerable<PostgreSqlMigration> steps) => steps.Max(static s => (int?)s.OldestProgram);

    private static async Task<bool> IsCopyingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('hub_copy') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task GrantAsync(NpgsqlConnection connection, string application, CancellationToken cancellationToken) =>
        await ExecuteAsync(connection, await GrantsAsync(connection, application, cancellationToken), cancellationToken);

    private static async Task<string> GrantsAsync(NpgsqlConnection connection, string application, CancellationToken cancellationToken)
    {
        await using var names = new NpgsqlCommand("SELECT quote_ident($1), quote_ident(current_schema())", connection) { Parameters = { new() { Value = application } } };
        string role, schema;
        await using (var rows = await names.ExecuteReaderAsync(cancellationToken))
        {
            await rows.ReadAsync(cancellationToken);
            (role, schema) = (rows.GetString(0), rows.GetString(1));
        }

        return GrantsOf(role, schema);
    }

    // What the application may do: everything with rows, but never change or take away what the log holds.
    private static string GrantsOf(string role, string schema) => $"""
        GRANT USAGE ON SCHEMA {schema} TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
        REVOKE UPDATE, DELETE ON entry, checkpoint FROM {role};
        GRANT UPDATE (salt, body) ON entry TO {role};
        REVOKE DELETE ON tile, message_key, message, log_head FROM {role};
        -- A partition is reached through its table, whose rights hold; by its own name it would be a way around them.
        DO $grants$ DECLARE part regclass;
        BEGIN
            FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent IN ('message'::regclass, 'body'::regclass) LOOP
                EXECUTE 'REVOKE ALL ON ' || part || ' FROM {role.Replace("'", "''", StringComparison.Ordinal)}';
            END LOOP;
        END $grants$;
        REVOKE INSERT, UPDATE, DELETE ON schema FROM {role};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
        GRANT EXECUTE ON FUNCTION hub_ensure_partitions() TO {role};
        """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
