using Hub.Adapters.Stores;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>Brings a database to the schema that this program knows, and tells whether the program may run on the one that is there.</summary>
public static class SqlServerMigrations
{
    /// <summary>The oldest schema that this program runs on.</summary>
    public const int Oldest = 1;

    internal const string LockSql = "EXEC sys.sp_getapplock @Resource = N'hub schema', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = -1;";
    internal const string ReadSql = "IF OBJECT_ID(N'hub.[schema]') IS NOT NULL SELECT TOP (1) version, minimum_program FROM hub.[schema] ORDER BY version DESC;";
    internal const string NewerSql = "INSERT INTO hub.[schema] (version, minimum_program) VALUES (@version, @minimum_program);";

    internal const string LiveNodesSql = "SELECT n.name, n.version FROM hub.node n WHERE n.until > SYSDATETIMEOFFSET() ORDER BY n.name;";

    /// <summary>Makes the partitions that are missing.</summary>
    internal const string RoomSql = "EXEC hub.ensure_partitions;";

    /// <summary>Gives whether readers see committed rows without waiting for writers, and whether snapshots are to be had.</summary>
    internal const string VersionsSql = "SELECT d.is_read_committed_snapshot_on, CONVERT(bit, CASE WHEN d.snapshot_isolation_state = 1 THEN 1 ELSE 0 END) FROM sys.databases d WHERE d.database_id = DB_ID();";

    internal const string KeepVersionsSql = """
        ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;
        ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;
        """;

    /// <summary>What the application may do: everything with rows, but never change or take away what the log holds. {0} is the user.</summary>
    internal const string GrantSql = """
        GRANT SELECT, INSERT, EXECUTE ON SCHEMA::hub TO {0};
        GRANT UPDATE ON hub.log_head TO {0};
        GRANT UPDATE ON hub.entry (salt, body) TO {0};
        GRANT UPDATE ON hub.tile TO {0};
        GRANT UPDATE ON hub.message TO {0};
        GRANT UPDATE, DELETE ON hub.body TO {0};
        GRANT UPDATE, DELETE ON hub.message_upload TO {0};
        GRANT UPDATE, DELETE ON hub.delivery TO {0};
        GRANT UPDATE, DELETE ON hub.delivery_count TO {0};
        GRANT UPDATE, DELETE ON hub.registry_object TO {0};
        GRANT UPDATE, DELETE ON hub.proposal TO {0};
        GRANT UPDATE, DELETE ON hub.app_state TO {0};
        GRANT UPDATE, DELETE ON hub.assertion_use TO {0};
        GRANT UPDATE, DELETE ON hub.upload TO {0};
        GRANT UPDATE, DELETE ON hub.upload_chunk TO {0};
        GRANT UPDATE, DELETE ON hub.node TO {0};
        GRANT UPDATE, DELETE ON hub.duty TO {0};
        GRANT DELETE ON hub.wake TO {0};
        GRANT UPDATE ON hub.id_block TO {0};
        DENY INSERT ON hub.[schema] TO {0};
        """;

    /// <summary>The newest schema that this program knows.</summary>
    public static int Newest => SqlServerSchema.Migrations[^1].Version;

    /// <summary>Runs the migrations that the database has not; safe to run again, and by several at once. Each commits by itself.</summary>
    /// <param name="connectionString">Connection string of the owner (<c>dbo</c>).</param>
    /// <param name="application">The application's database user, which gets its rights; null when it is the owner itself.</param>
    /// <param name="to">The version to stop at, <see cref="Oldest"/> to <see cref="Newest"/>; null: the newest. A database that is further on stays there.</param>
    /// <param name="cancellationToken">Gives up between migrations.</param>
    /// <returns>The version before and after.</returns>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program, or a node lives whose program may not run on what would be there.</exception>
    public static async Task<(int From, int To)> MigrateAsync(string connectionString, string? application = null, int? to = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(connectionString, cancellationToken);
        await ExecuteAsync(connection, null, LockSql, cancellationToken);
        if (!await KeepsVersionsAsync(connection, cancellationToken)) await ExecuteAsync(connection, null, KeepVersionsSql, cancellationToken);
        await ExecuteAsync(connection, null, SqlServerSchema.CreateSchema, cancellationToken);
        await ExecuteAsync(connection, null, SqlServerSchema.CreateVersions, cancellationToken);
        var from = (await ReadAsync(connection, cancellationToken)).Version;
        var steps = Steps(from, to);
        if (await BlockersAsync(connection, from, steps, cancellationToken) is { Count: > 0 } blockers) throw new InvalidDataException(string.Join('\n', blockers));
        foreach (var migration in steps) await RunAsync(connection, migration, cancellationToken);
        await ExecuteAsync(connection, null, RoomSql, cancellationToken);
        if (application is not null) await ExecuteAsync(connection, null, GrantsOf(application), cancellationToken);
        return (from, steps.Count == 0 ? from : steps[^1].Version);
    }

    /// <summary>What <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    /// <param name="connectionString">Connection string of the owner (<c>dbo</c>).</param>
    /// <param name="application">The application's database user; null when it is the owner itself.</param>
    /// <param name="to">The version to stop at; null: the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program.</exception>
    public static async Task<StoreMigrationPlan> PlanAsync(string connectionString, string? application = null, int? to = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(connectionString, cancellationToken);
        var from = (await ReadAsync(connection, cancellationToken)).Version;
        var steps = Steps(from, to);
        List<string> texts = [];
        if (!await KeepsVersionsAsync(connection, cancellationToken)) texts.Add(KeepVersionsSql);
        if (from == 0) texts.AddRange([SqlServerSchema.CreateSchema, SqlServerSchema.CreateVersions]);
        foreach (var step in steps) texts.AddRange(step.Batches.Prepend($"-- schema {step.Version}, for programs that know schema {step.OldestProgram} or newer"));
        texts.Add(RoomSql);
        if (application is not null) texts.Add(GrantsOf(application));
        return new StoreMigrationPlan(from, steps.Count == 0 ? from : steps[^1].Version, texts, await BlockersAsync(connection, from, steps, cancellationToken));
    }

    /// <summary>Refuses a schema that this program may not run on.</summary>
    internal static async ValueTask CheckAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, cancellationToken);
        if (await IsCopyingAsync(connection, cancellationToken))
            throw new InvalidDataException("A hub is on its way into this database and not all of it is here: run the same 'hub store copy' again, it goes on where it was.");
        if (found.Version < Oldest)
            throw new InvalidDataException($"The database has schema {found.Version} (0: none), this program needs {Oldest} to {Newest}. Run 'hub store migrate' with the owner's login.");
        if (found.MinimumProgram > Newest)
            throw new InvalidDataException($"The database has schema {found.Version}, which needs a program that knows schema {found.MinimumProgram}; this one knows up to {Newest}. Start the newer program.");
        if (!await KeepsVersionsAsync(connection, cancellationToken))
            throw new InvalidDataException("The database has READ_COMMITTED_SNAPSHOT or ALLOW_SNAPSHOT_ISOLATION off, so that readers and writers would wait for each other. Run 'hub store migrate' with the owner's login.");
    }

    /// <summary>The version that the database has, and the least that a program must know to run on it; zeros when it holds no hub.</summary>
    internal static async Task<(int Version, int MinimumProgram)> ReadAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(ReadSql, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt32(0), rows.GetInt32(1)) : (0, 0);
    }

    private static async Task<bool> KeepsVersionsAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(VersionsSql, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) && rows.GetBoolean(0) && rows.GetBoolean(1);
    }

    private static async Task RunAsync(SqlConnection connection, SqlServerMigration migration, CancellationToken cancellationToken)
    {
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(cancellationToken);
        foreach (var batch in migration.Batches) await ExecuteAsync(connection, transaction, batch, cancellationToken);
        await using var newer = new SqlCommand(NewerSql, connection, transaction)
        {
            Parameters = { SqlServerRows.Value("version", migration.Version), SqlServerRows.Value("minimum_program", migration.OldestProgram) },
        };
        await newer.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <exception cref="InvalidDataException">The database is further on than this program knows.</exception>
    private static List<SqlServerMigration> Steps(int from, int? to) => from > Newest
        ? throw new InvalidDataException($"The database has schema {from}, this program knows up to {Newest}. Migrate with the newer program.")
        : [.. SqlServerSchema.Migrations.Where(m => m.Version > from && m.Version <= (to ?? Newest))];

    private static Task<IReadOnlyList<string>> BlockersAsync(SqlConnection connection, int from, List<SqlServerMigration> steps, CancellationToken cancellationToken) =>
        StoreMigrationPlan.BlockersAsync(connection, LiveNodesSql, from, steps.Max(static s => (int?)s.OldestProgram), cancellationToken);

    private static string GrantsOf(string application) => GrantSql.Replace("{0}", $"[{application.Replace("]", "]]", StringComparison.Ordinal)}]", StringComparison.Ordinal);

    private static async Task<bool> IsCopyingAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(SqlServerCopySql.IsCopying, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static Task<SqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken) =>
        SqlServerConnections.OpenAsync(SqlServerConnections.Text(connectionString, "hub migration", most: null, seconds: 0), cancellationToken);

    private static async Task ExecuteAsync(SqlConnection connection, SqlTransaction? transaction, string text, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(text, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
