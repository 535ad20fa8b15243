using Hub.Benchmarks.Processes;
using Hub.Benchmarks.Servers;

namespace Hub.Benchmarks.Throughput;

/// <summary>The shipped hub with default security and durability: one process over SQLite, or several over one PostgreSQL.</summary>
internal sealed class HubLine : ILine
{
    private static readonly string HubDll = Path.Combine(AppContext.BaseDirectory, "hub.dll");

    private readonly List<ChildProcess> _hubs = [];
    private readonly PostgresServer? _postgres;

    private HubLine(PostgresServer? postgres) => _postgres = postgres;

    public IReadOnlyList<string> Urls { get; private set; } = [];

    public bool IsHub => true;

    public IReadOnlyDictionary<string, TimeSpan> Cpu
    {
        get
        {
            var cpu = new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { ["hub"] = TimeSpan.FromTicks(_hubs.Sum(static h => h.Cpu.Ticks)) };
            if (_postgres is not null) cpu.Add("postgres", _postgres.Cpu);
            return cpu;
        }
    }

    public long PeakMemory => _hubs.Max(static h => h.PeakMemory);

    public string Printed => string.Join('\n', _hubs.Select(static h => h.Errors));

    internal static async Task<HubLine> StartAsync(HubSetup setup, string folder, string sinkUrl, SenderKey sender)
    {
        var line = new HubLine(setup.Postgres ? await PostgresServer.StartAsync() : null);
        try
        {
            await line.PrepareAsync(setup, folder, await BenchmarkRegistry.WriteAsync(folder, sinkUrl, sender));
            return line;
        }
        catch
        {
            await line.DisposeAsync();
            throw;
        }
    }

    public async Task<IntegrationWait?> ReadIntegrationAsync(HttpClient http)
    {
        IntegrationWait? sum = null;
        foreach (var url in Urls)
        {
            if (IntegrationWait.Parse(await http.GetStringAsync(new Uri($"{url}/metrics"))) is not { } wait) return null;
            sum = sum is null ? wait : sum + wait;
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs) await hub.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    /// <summary>Waits until a hub takes messages.</summary>
    internal static async Task WaitReadyAsync(HttpClient http, string url, ChildProcess hub)
    {
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"{url}/health/ready"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"{url} did not become ready: {hub.Errors}");
    }

    private async Task PrepareAsync(HubSetup setup, string folder, string registry)
    {
        var data = Path.Combine(folder, "data-1");
        string[] store = _postgres is null ? [] : ["--store", $"postgres:{_postgres.ConnectionString}"];
        if (_postgres is not null) await ChildProcess.RunAsync("dotnet", [HubDll, "store", "migrate", "--data", Path.Combine(folder, "owner"), "--store", $"postgres:{_postgres.OwnerConnectionString}"]);
        await ChildProcess.RunAsync("dotnet", [HubDll, "import", registry, "--data", data, .. store]);
        if (setup.Stored > 0) await StoredMessages.AddAsync(data, _postgres?.ConnectionString, setup.Stored);
        using var http = LoopbackHttp.Create();
        for (var node = 1; node <= setup.Nodes; node++)
        {
            var own = Path.Combine(folder, $"data-{node}");
            if (node > 1) await ChildProcess.RunAsync("cp", "-a", data, own);
            var url = $"http://127.0.0.1:{Ports.Free()}";
            string[] name = _postgres is null ? [] : ["--node", $"node-{node}"];
            var hub = ChildProcess.StartServer("dotnet", [HubDll, "serve", "--data", own, "--listen", url, .. store, .. name]);
            _hubs.Add(hub);
            await WaitReadyAsync(http, url, hub);
            Urls = [.. Urls, url];
        }
    }
}

/// <summary>How a hub is set up for a run.</summary>
/// <param name="Postgres">Whether its store is PostgreSQL; otherwise SQLite.</param>
/// <param name="Nodes">Processes over one database.</param>
/// <param name="Stored">Messages that lie in the store before the run.</param>
internal sealed record HubSetup(bool Postgres, int Nodes = 1, int Stored = 0)
{
    public override string ToString() =>
        $"{(Postgres ? "postgres" : "sqlite")}{(Nodes > 1 ? $" {Nodes} nodes" : "")}{(Stored > 0 ? $" {Stored} stored" : "")}";
}
