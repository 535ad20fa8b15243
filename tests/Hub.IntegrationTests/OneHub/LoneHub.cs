using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Faults;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Shim;

namespace Hub.IntegrationTests.OneHub;

/// <summary>A hub on SQLite under load, watched; what is done to it is the test's.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoneHub : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private readonly string _folder;
    private readonly int _port = FreePort();
    private CheckpointWatch? _checkpoints;
    private NoteVerifier? _key;
    private HubProcess? _process;

    private LoneHub(string? folder, Traffic traffic)
    {
        _ownsFolder = folder is null;
        _folder = folder ?? Directory.CreateTempSubdirectory("hub-lone-").FullName;
        Traffic = traffic;
    }

    internal Traffic Traffic { get; }

    internal string Data => Path.Combine(_folder, "hub");

    internal Uri Url => new($"http://127.0.0.1:{_port}");

    internal HubProcess Process => _process ?? throw new InvalidOperationException("No hub runs.");

    internal SqliteFacts Facts => new(Data);

    /// <summary>Starts a hub and the load.</summary>
    /// <param name="folder">Where, other than in a temporary folder of its own.</param>
    /// <param name="moreSystems">Lines of the registry.</param>
    /// <param name="settings">Of the shim; none: it is not there.</param>
    internal static async Task<LoneHub> BeginAsync(string? folder = null, string moreSystems = "", params (string Name, string Value)[] settings)
    {
        var hub = new LoneHub(folder, await Traffic.PrepareAsync(uploads: true));
        try
        {
            hub.Traffic.MoreSystems = moreSystems;
            var registry = Path.Combine(hub._folder, "registry.yaml");
            await File.WriteAllTextAsync(registry, hub.Traffic.RegistryYaml);
            var import = await HubProcess.RunAsync("import", registry, "--data", hub.Data);
            Assert.That(import.ExitCode, Is.Zero, import.ToString());
            await hub.StartAsync(settings);
            hub._key = NoteVerifier.Parse((await hub.Process.Http.GetStringAsync(new Uri(hub.Url, "/log/key"))).Trim());
            hub._checkpoints = CheckpointWatch.Start(hub._key, [hub.Url]);
            await hub.Traffic.BeginAsync([hub.Url]);
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the hub; the one before has ended.</summary>
    internal async Task StartAsync(params (string Name, string Value)[] settings)
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = null;
        var environment = settings.Length == 0 ? null : await ShimLibrary.BeforeAsync([("SHIM_ROOT", Data), .. settings]);
        _process = await HubProcess.StartAsync(Data, ["--address", "Z97/hub"], _port, environment);
    }

    /// <summary>Waits until so many more receipts have been given.</summary>
    internal async Task ReceiveAsync(int receipts, CancellationToken stop)
    {
        var (enough, deadline) = (Traffic.Receipted.Count() + receipts, Environment.TickCount64 + 60_000);
        while (Traffic.Receipted.Count() < enough)
        {
            Assert.That(Environment.TickCount64, Is.LessThan(deadline), $"No more receipts are given.\n{Process.Log}");
            await Task.Delay(20, stop);
        }
    }

    /// <summary>Ends the load, waits until all has arrived, and checks everything that was promised.</summary>
    internal async Task EndAsync(CancellationToken stop)
    {
        await Traffic.StopSendingAsync().WaitAsync(TimeSpan.FromSeconds(90), stop);
        await Truth.DrainedAsync(Traffic, () => Process.Log, Facts, stop);
        await Traffic.StopReadingAsync();
        await _checkpoints!.StopAsync();
        await TestContext.Out.WriteLineAsync($"{Traffic.Ledger.Count} receipted, {Traffic.Pushes} pushes, {Traffic.Witness.Unavailable} answers 503, {Traffic.Witness.Broken} without an answer.");
        await Truth.HoldsAsync(Traffic, Data, Facts, _checkpoints, _key!, stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_checkpoints is not null) await _checkpoints.DisposeAsync();
        await Traffic.DisposeAsync();
        if (_process is not null) await _process.DisposeAsync();
        if (_ownsFolder) Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
