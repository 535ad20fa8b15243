using System.Globalization;
using Hub.IntegrationTests.Trust;
using Npgsql;

namespace Hub.IntegrationTests.Postgres;

/// <summary>A real PostgreSQL in a temporary folder, on a free loopback port, with TLS and scram-sha-256 passwords. Tests that only use
/// it share one (<see cref="SharedAsync"/>); tests that stop, kill or cut it start their own (<see cref="StartNewAsync"/>).</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    internal const string OwnerRole = "hub_owner";
    internal const string ApplicationRole = "hub_app";
    internal const string SuperRole = "postgres";
    private const string Password = "of-the-tests";
    private const string Template = "hub_template";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartNewAsync(["fsync=off", "max_connections=300"]));
    private static int _databases;

    private readonly SemaphoreSlim _templateGate = new(1, 1);
    private readonly string _folder;
    private readonly string _data;
    private readonly List<PostgresServer> _standbys = [];
    private PostgresProcess? _process;
    private bool _hasTemplate;

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        _data = Path.Combine(folder, "data");
        Port = port;
    }

    internal int Port { get; }

    /// <summary>Its data folder.</summary>
    internal string Data => _data;

    /// <summary>What signed the server's certificate, PEM.</summary>
    internal string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>What the server has said.</summary>
    internal string Log => File.ReadAllText(Path.Combine(_folder, "log"));

    /// <summary>The one that tests share; started when first asked for, ended with the test run. It does not sync to disk.</summary>
    internal static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>Starts one of the test's own, which it disposes of.</summary>
    /// <param name="settings">Lines of <c>postgresql.conf</c>.</param>
    internal static async Task<PostgresServer> StartNewAsync(params IReadOnlyList<string> settings)
    {
        var server = await NewFolderAsync();
        await File.WriteAllTextAsync(Path.Combine(server._folder, "password"), Password);
        await PostgresPrograms.RunAsync("initdb", server._folder, "-D", server._data, "-U", SuperRole, "--pwfile", Path.Combine(server._folder, "password"),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions");
        await File.AppendAllLinesAsync(Path.Combine(server._data, "postgresql.conf"), [
            "listen_addresses = '127.0.0.1'",
            "ssl = on",
            "password_encryption = 'scram-sha-256'",
            // Kept inside the folder, so that a killed server leaves nothing in /dev/shm.
            "dynamic_shared_memory_type = mmap",
            "hot_standby_feedback = on",
            "wal_keep_size = '256MB'",
            .. settings,
        ]);
        await server.PlaceAsync();
        await server.StartAsync();
        await server.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Postgres", "roles.sql")));
        await server.ExecuteAsync($"ALTER ROLE {OwnerRole} PASSWORD '{Password}'; ALTER ROLE {ApplicationRole} PASSWORD '{Password}'");
        return server;
    }

    /// <summary>Ends the shared one, if any test asked for it.</summary>
    internal static async Task EndSharedAsync()
    {
        if (Shared.IsValueCreated) await (await Shared.Value).DisposeAsync();
    }

    /// <summary>A database that has the hub's tables.</summary>
    internal async Task<PostgresDatabase> NewDatabaseAsync()
    {
        await _templateGate.WaitAsync();
        try
        {
            if (!_hasTemplate)
            {
                await ExecuteAsync($"CREATE DATABASE {Template} OWNER {OwnerRole} TEMPLATE template0");
                await HubSchema.CreateAsync(new PostgresDatabase(this, Template));
                NpgsqlConnection.ClearAllPools();
                _hasTemplate = true;
            }
        }
        finally
        {
            _templateGate.Release();
        }

        return await CreateAsync(Template);
    }

    /// <summary>A database without tables.</summary>
    internal Task<PostgresDatabase> NewEmptyDatabaseAsync() => CreateAsync("template0");

    /// <summary>Connection string for a role with verified TLS.</summary>
    internal string Connection(string database, string role) => new NpgsqlConnectionStringBuilder
    {
        Host = "localhost",
        Port = Port,
        Database = database,
        Username = role,
        Password = Password,
        SslMode = SslMode.VerifyFull,
        RootCertificate = CaFile,
        Timeout = 10,
    }.ConnectionString;

    /// <summary>Runs statements as a superuser in database <c>postgres</c>.</summary>
    internal Task ExecuteAsync(string sql) => ExecuteAsync(Connection("postgres", SuperRole), sql);

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    internal async Task StartAsync() => _process ??= await PostgresProcess.StartAsync(_folder, _data);

    /// <summary>Stops it: open transactions are rolled back, connections cut.</summary>
    /// <param name="immediate">Without a shutdown checkpoint: the next start recovers from the write-ahead log.</param>
    internal Task StopAsync(bool immediate = false) => EndAsync(immediate ? "QUIT" : "INT");

    /// <summary>SIGKILL of the postmaster by its id.</summary>
    internal Task KillAsync() => EndAsync("KILL");

    internal async Task RestartAsync(bool immediate = false)
    {
        await StopAsync(immediate);
        await StartAsync();
    }

    /// <summary>Adds a standby that every commit here waits for. It ends with this server.</summary>
    internal async Task<PostgresServer> AddStandbyAsync()
    {
        var standby = await NewFolderAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"standby{_standbys.Count + 1}");
        _standbys.Add(standby);
        await PostgresPrograms.RunAsync("pg_basebackup", standby._folder, "-D", standby._data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
            "-d", $"host={_folder} port={Port} user={SuperRole} password={Password} application_name={name}");
        File.Copy(CaFile, standby.CaFile, overwrite: true);
        await standby.PlaceAsync(ownCertificate: false);
        await standby.StartAsync();
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{string.Join(", ", Enumerable.Range(1, _standbys.Count).Select(static n => $"standby{n}"))}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await WaitAsync("SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'");
        return standby;
    }

    /// <summary>Makes a standby the primary; returns once it takes writes.</summary>
    internal async Task PromoteAsync()
    {
        await ExecuteAsync("SELECT pg_promote(true, 60)");
        await WaitAsync("SELECT NOT pg_is_in_recovery()");
    }

    /// <summary>Does what the death of the tests would do.</summary>
    internal async Task AbandonAsync()
    {
        await _process!.AbandonAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Waits until a query as superuser gives true.</summary>
    internal async Task WaitAsync(string sql)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (!await new PostgresDatabase(this, "postgres").ReadAsync<bool>(sql))
        {
            if (Environment.TickCount64 > deadline) throw new TimeoutException($"Not within 30 s: {sql}\n{Log}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var standby in _standbys) await standby.DisposeAsync();
        await StopAsync(immediate: true);
        NpgsqlConnection.ClearAllPools();
        var file = Path.Combine(_data, "postmaster.pid");
        if (File.Exists(file) && (await File.ReadAllLinesAsync(file)) is { Length: >= 7 } left) await PostgresPrograms.FreeSegmentAsync(left[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        _templateGate.Dispose();
    }

    private static async Task<PostgresServer> NewFolderAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hub-pg-").FullName;
        await PostgresPrograms.GiveAsync(folder);
        return new PostgresServer(folder, OpensslAuthority.FreePort());
    }

    private async Task PlaceAsync(bool ownCertificate = true)
    {
        if (ownCertificate) PostgresCertificate.Write(_folder);
        foreach (var file in ownCertificate ? ["server.pem", "server.key"] : Array.Empty<string>()) File.Copy(Path.Combine(_folder, file), Path.Combine(_data, file), overwrite: true);
        await File.AppendAllLinesAsync(Path.Combine(_data, "postgresql.conf"), [
            string.Create(CultureInfo.InvariantCulture, $"port = {Port}"),
            $"unix_socket_directories = '{_folder}'",
            "ssl_cert_file = 'server.pem'",
            "ssl_key_file = 'server.key'",
        ]);
        await PostgresPrograms.GiveAsync(_folder);
    }

    private async Task EndAsync(string signal)
    {
        if (_process is null) return;
        await _process.EndAsync(signal);
        _process.Dispose();
        _process = null;
    }

    private async Task<PostgresDatabase> CreateAsync(string template)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"hub_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE DATABASE {name} OWNER {OwnerRole} TEMPLATE {template}");
        return new PostgresDatabase(this, name);
    }
}
