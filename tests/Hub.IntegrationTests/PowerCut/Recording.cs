using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Hub.IntegrationTests.Faults;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Shim;

namespace Hub.IntegrationTests.PowerCut;

/// <summary>A hub under load for some seconds, with everything it did to its data folder and every answer it gave, in order.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class Recording : IAsyncDisposable
{
    /// <summary>Receipts that the hub gives before it is killed.</summary>
    internal const int Load = 400;

    private readonly string _folder;

    private Recording(string folder, Traffic traffic) => (_folder, Traffic) = (folder, traffic);

    internal Traffic Traffic { get; }

    internal IReadOnlyList<Operation> Journal { get; private set; } = [];

    /// <summary>Records of the journal at which the hub answered with a receipt, and of which message.</summary>
    internal IReadOnlyList<(int Record, string Key)> Receipts { get; private set; } = [];

    /// <summary>What the disk held before the first record.</summary>
    internal string Before => Path.Combine(_folder, "before");

    internal int Port { get; } = FreePort();

    /// <summary>Runs a hub under load, ended by SIGKILL.</summary>
    /// <param name="settings">Of the shim, besides the journal.</param>
    internal static async Task<Recording> MakeAsync(params (string Name, string Value)[] settings)
    {
        var recording = new Recording(Directory.CreateTempSubdirectory("hub-power-").FullName, await Traffic.PrepareAsync(uploads: true));
        await recording.RunAsync(settings);
        return recording;
    }

    /// <summary>A folder for an image.</summary>
    internal string Image(string name) => Path.Combine(_folder, name);

    public async ValueTask DisposeAsync()
    {
        await Traffic.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync((string Name, string Value)[] settings)
    {
        var (data, journal, registry) = (Path.Combine(_folder, "hub"), Path.Combine(_folder, "journal"), Path.Combine(_folder, "registry.yaml"));
        await File.WriteAllTextAsync(registry, Traffic.RegistryYaml);
        var import = await HubProcess.RunAsync("import", registry, "--data", data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        Copy(data, Before);
        Traffic.Moment = () => new FileInfo(journal).Length;
        var environment = await ShimLibrary.BeforeAsync([("SHIM_ROOT", data), ("SHIM_JOURNAL", journal), .. settings]);
        await using var hub = await HubProcess.StartAsync(data, ["--address", "Z97/hub"], Port, environment);
        await Traffic.BeginAsync([hub.BaseAddress]);
        for (var waited = 0; Traffic.Receipted.Count() < Load && waited < 1200; waited++) await Task.Delay(50);
        await hub.KillAsync();
        await Traffic.AbandonAsync();
        Assert.That(Traffic.Witness.Wrong, Is.Empty);
        Journal = Shim.Journal.Read(journal);
        Receipts = [.. Journal.Index().Where(static o => o.Item.Kind == OperationKind.Answer).Select(static o => (o.Index, Accepted().Match(o.Item.Path))).Where(static o => o.Item2.Success).Select(static o => (o.Index, o.Item2.Groups[1].Value))];
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(to + folder[from.Length..]);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, to + file[from.Length..]);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^HTTP/1.1 20[02] .*\r\nLocation: /api/v1/messages/(?<key>[0-9a-f]{64})\r\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Accepted();
}
