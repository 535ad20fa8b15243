using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.Servers;

/// <summary>A PostgreSQL of the benchmark's own, on a socket in its own folder. Durability is on (fsync, synchronous_commit and
/// full_page_writes as PostgreSQL has them by default); what is set is what the operator's pages recommend.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const int FastShutdown = 2;
    private const string Database = "hub";

    /// <summary>As many segments of 16 MiB as <c>min_wal_size</c> keeps.</summary>
    private const int SegmentsKept = 120;

    private static readonly string[] Tuning =
    [
        "shared_buffers=512MB", "max_wal_size=8GB", "min_wal_size=2GB", "wal_buffers=16MB", "checkpoint_timeout=15min",
        "jit=off", "random_page_cost=1.1", "effective_io_concurrency=64", "track_io_timing=on",
    ];

    private readonly ChildProcess _server;
    private readonly string _folder;

    private PostgresServer(ChildProcess server, string folder) => (_server, _folder) = (server, folder);

    /// <summary>How the hub's nodes connect: with the role that changes rows and nothing else.</summary>
    internal string ConnectionString => StringOf("hub_app");

    /// <summary>How <c>hub store migrate</c> connects: with the role that owns the schema.</summary>
    internal string OwnerConnectionString => StringOf("hub_owner");

    internal TimeSpan Cpu => _server.Cpu;

    private static int Port => 5432;

    /// <summary>Where the newest installed version has its programs; null when none is installed.</summary>
    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Max(StringComparer.Ordinal)
        : null;

    internal static async Task<PostgresServer> StartAsync()
    {
        await DebianPackage.EnsureAsync(static () => Programs is not null, "postgresql");
        var folder = Directory.CreateTempSubdirectory("hub-bench-pg-").FullName;
        var isRoot = Environment.UserName == "root";
        // PostgreSQL does not run as root.
        string[] asItself = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : ["env"];
        if (isRoot) await ChildProcess.RunAsync("chown", "postgres:postgres", folder);
        var data = Path.Combine(folder, "data");
        await ChildProcess.RunAsync(asItself[0], [.. asItself[1..], Path.Combine(Programs!, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync"]);
        var server = ChildProcess.StartServer(
            asItself[0],
            [.. asItself[1..], Path.Combine(Programs!, "postgres"), "-D", data, "-k", folder, "-p", $"{Port}", "-c", "listen_addresses=", .. Extensions().Concat(Tuning).SelectMany(static s => new[] { "-c", s })],
            stopSignal: FastShutdown);
        var postgres = new PostgresServer(server, folder);
        try
        {
            await postgres.CreateDatabaseAsync();
            await postgres.AgeAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement as superuser and gives the rows, columns separated by <c>|</c>.</summary>
    internal Task<string> QueryAsync(string sql, string database = Database) =>
        ChildProcess.RunAsync(Path.Combine(Programs!, "psql"), "-h", _folder, "-p", $"{Port}", "-U", "postgres", "-d", database, "-X", "-A", "-t", "-c", sql);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Statement statistics where the contrib package is there.</summary>
    private static IEnumerable<string> Extensions() =>
        File.Exists(Path.Combine(Programs!, "../lib/pg_stat_statements.so")) ? ["shared_preload_libraries=pg_stat_statements"] : [];

    private async Task CreateDatabaseAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await QueryAsync("CREATE ROLE hub_owner LOGIN; CREATE ROLE hub_app LOGIN NOINHERIT", "postgres");
                break;
            }
            catch (InvalidOperationException) when (tries < 100 && !_server.HasExited)
            {
                await Task.Delay(100);
            }
        }

        await QueryAsync($"CREATE DATABASE {Database} OWNER hub_owner", "postgres");
    }

    /// <summary>Brings the server to where one that has run for a day is: it writes its log into segments of before. A new cluster
    /// makes each segment while commits wait for it, 16 MiB of zeros and a sync, about one a second under load.</summary>
    private async Task AgeAsync()
    {
        await QueryAsync($"DO $$ BEGIN FOR i IN 1..{SegmentsKept} LOOP PERFORM pg_logical_emit_message(false, 'age', 'x'); PERFORM pg_switch_wal(); END LOOP; END $$", "postgres");
        await QueryAsync("CHECKPOINT", "postgres");
        await QueryAsync("CHECKPOINT", "postgres");
    }

    private string StringOf(string role) => $"Host={_folder};Port={Port};Username={role};Database={Database}";
}
