using System.Text.Json;
using Hub.Benchmarks.Processes;
using Hub.Benchmarks.Servers;
using Hub.Benchmarks.Throughput;

namespace Hub.Benchmarks.Peers;

/// <summary>The same job on MassTransit and RabbitMQ: the program of <c>tests/Hub.Benchmarks.Peers</c> and a broker of its own.</summary>
internal sealed class PeerLine : ILine
{
    private readonly RabbitServer _rabbit;
    private ChildProcess? _peer;

    private PeerLine(RabbitServer rabbit, string url) => (_rabbit, Urls) = (rabbit, [url]);

    public IReadOnlyList<string> Urls { get; }

    public bool IsHub => false;

    public IReadOnlyDictionary<string, TimeSpan> Cpu => new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { ["peer"] = _peer!.Cpu, ["rabbitmq"] = _rabbit.Cpu };

    public long PeakMemory => _peer!.PeakMemory;

    public string Printed => _peer!.Errors;

    /// <summary>The peer's program, beside this one in its own project's output.</summary>
    private static string PeerDll => Path.Combine(
        AppContext.BaseDirectory.Replace("Hub.Benchmarks", "Hub.Benchmarks.Peers", StringComparison.Ordinal), "Hub.Benchmarks.Peers.dll");

    internal static async Task<PeerLine> StartAsync(bool tuned, string folder, string sinkUrl, SenderKey sender)
    {
        var line = new PeerLine(await RabbitServer.StartAsync(folder), $"http://127.0.0.1:{Ports.Free()}");
        try
        {
            await line.StartPeerAsync(tuned, folder, sinkUrl, sender);
            return line;
        }
        catch
        {
            await line.DisposeAsync();
            throw;
        }
    }

    public Task<IntegrationWait?> ReadIntegrationAsync(HttpClient http) => Task.FromResult<IntegrationWait?>(null);

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null) await _peer.DisposeAsync();
        await _rabbit.DisposeAsync();
    }

    private async Task StartPeerAsync(bool tuned, string folder, string sinkUrl, SenderKey sender)
    {
        var settings = Path.Combine(folder, "peer.json");
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(new
        {
            Url = Urls[0],
            RabbitPort = _rabbit.Port,
            BenchmarkRegistry.Sender,
            KeyId = SenderKey.Id,
            KeyPem = sender.PublicPem,
            Routes = BenchmarkRegistry.Recipients.ToDictionary(static r => r, r => BenchmarkRegistry.PushUrl(sinkUrl, r), StringComparer.Ordinal),
            InFlight = BenchmarkRegistry.Recipients.Count * BenchmarkRegistry.MaxInFlight,
            Tuned = tuned,
        }));
        _peer = ChildProcess.StartServer("dotnet", [PeerDll, settings]);
        using var http = LoopbackHttp.Create();
        await HubLine.WaitReadyAsync(http, Urls[0], _peer);
    }
}
