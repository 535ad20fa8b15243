using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Stores;
using Hub.IntegrationTests.Trust;

namespace Hub.IntegrationTests.Faults;

/// <summary>Several <c>hub serve</c> over one database, made as the operator's guide says: one import, one set of keys.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class HubNodes : IAsyncDisposable
{
    private readonly string _folder;
    private readonly HubProcess?[] _nodes;
    private readonly string[] _stores;
    private readonly HashSet<int> _paused = [];

    private HubNodes(string folder, string[] stores)
    {
        _folder = folder;
        _stores = stores;
        _nodes = new HubProcess?[stores.Length];
        Urls = [.. stores.Select(static _ => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{OpensslAuthority.FreePort()}")))];
    }

    internal IReadOnlyList<Uri> Urls { get; }

    internal int Count => _nodes.Length;

    /// <summary>Makes the hub and starts its nodes.</summary>
    /// <param name="registryYaml">Its registry; the hub is <c>Z97/hub</c>.</param>
    /// <param name="connections">Connection string of each node.</param>
    internal static async Task<HubNodes> StartAsync(string registryYaml, params IReadOnlyList<string> connections)
    {
        var folder = Directory.CreateTempSubdirectory("hub-nodes-").FullName;
        var nodes = new HubNodes(folder, [.. connections.Select((connection, i) => StoreFile.Write(folder, $"store-{i}", connection))]);
        var registry = Path.Combine(folder, "registry.yaml");
        await File.WriteAllTextAsync(registry, registryYaml);
        var import = await HubProcess.RunAsync("import", registry, "--data", nodes.Data(0), "--store-file", nodes._stores[0], "--node", Name(0));
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        for (var i = 1; i < nodes.Count; i++) CopyIdentity(nodes.Data(0), nodes.Data(i));
        await Task.WhenAll(Enumerable.Range(0, nodes.Count).Select(nodes.StartAsync));
        return nodes;
    }

    /// <summary>Its data folder.</summary>
    internal string Data(int node) => Path.Combine(_folder, Name(node));

    internal async Task StartAsync(int node) =>
        _nodes[node] = await HubProcess.StartAsync(Data(node), ["--address", "Z97/hub", "--store-file", _stores[node], "--node", Name(node)], Urls[node].Port);

    /// <summary>SIGKILL.</summary>
    internal async Task KillAsync(int node)
    {
        await _nodes[node]!.KillAsync();
        await ForgetAsync(node);
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>How long it drained.</returns>
    internal async Task<TimeSpan> StopAsync(int node)
    {
        var watch = Stopwatch.StartNew();
        var code = await _nodes[node]!.StopAsync();
        Assert.That(code, Is.Zero, _nodes[node]!.Log);
        await ForgetAsync(node);
        return watch.Elapsed;
    }

    internal Task PauseAsync(int node)
    {
        _paused.Add(node);
        return SignalAsync(node, "-STOP");
    }

    internal Task ContinueAsync(int node)
    {
        _paused.Remove(node);
        return SignalAsync(node, "-CONT");
    }

    /// <summary>What the nodes that run now have said, last lines.</summary>
    internal string Log => string.Join('\n', _nodes.Select((node, i) => $"--- {Name(i)}\n{Tail(node?.Log ?? "(does not run)")}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _paused.ToList()) await ContinueAsync(node);
        await Task.WhenAll(_nodes.Select(static node => node is null ? Task.CompletedTask : node.DisposeAsync().AsTask()));
        Directory.Delete(_folder, recursive: true);
    }

    private static string Name(int node) => string.Create(CultureInfo.InvariantCulture, $"hub-{node + 1}");

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(40));

    private static void CopyIdentity(string from, string to)
    {
        foreach (var part in new[] { "keys", "public" })
        {
            Directory.CreateDirectory(Path.Combine(to, part), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var file in Directory.GetFiles(Path.Combine(from, part))) File.Copy(file, Path.Combine(to, part, Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(from, "hub.json"), Path.Combine(to, "hub.json"));
    }

    private async Task ForgetAsync(int node)
    {
        await _nodes[node]!.DisposeAsync();
        _nodes[node] = null;
    }

    private async Task SignalAsync(int node, string signal)
    {
        using var kill = Process.Start("kill", [signal, _nodes[node]!.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
