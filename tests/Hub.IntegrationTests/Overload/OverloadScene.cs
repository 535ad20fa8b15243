using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Overload;

/// <summary>A hub with default security, one system that floods it, a polite one, and a sink that both send to.</summary>
internal sealed class OverloadScene : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-overload-").FullName;

    internal TestAgency Flooding { get; } = new("Z97/flood");

    internal TestAgency Polite { get; } = new("Z97.01/polite");

    internal TestAgency Receiving { get; } = new("Z97.02/sink");

    internal PushSink Sink { get; private set; } = null!;

    internal HubProcess Hub { get; private set; } = null!;

    internal static async Task<OverloadScene> StartAsync()
    {
        var scene = new OverloadScene { Sink = await PushSink.StartAsync() };
        var registry = Path.Combine(scene._folder, "registry.yaml");
        await File.WriteAllTextAsync(registry, scene.Yaml());
        var import = await HubProcess.RunAsync("import", registry, "--data", Path.Combine(scene._folder, "hub"));
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        await scene.StartHubAsync();
        return scene;
    }

    internal async Task StartHubAsync() => Hub = await HubProcess.StartAsync(Path.Combine(_folder, "hub"), ["--address", "Z97/hub"]);

    /// <summary>Waits until the sink has got all of them.</summary>
    internal async Task ArrivedAsync(IEnumerable<string> keys, CancellationToken stop)
    {
        foreach (var key in keys)
            while (!Sink.Received.ContainsKey(key)) await Task.Delay(50, stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Hub is not null) await Hub.DisposeAsync();
        await Sink.DisposeAsync();
        Flooding.Dispose();
        Polite.Dispose();
        Receiving.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Yaml() => $$"""
        hub: Z97/hub
        levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
        agencies:
          - {code: Z97, name: Cơ quan gửi dồn, level: central, verified: false}
          - {code: Z97.01, name: Cơ quan gửi chậm, level: central, parent: Z97, verified: false}
          - {code: Z97.02, name: Cơ quan nhận, level: central, parent: Z97, verified: false}
        services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
        rights: [{from: "under:Z97", services: [vn.document.v1], to: "under:Z97"}]
        systems:
        {{Flooding.RegistryYaml("{kind: mailbox}")}}
        {{Polite.RegistryYaml("{kind: mailbox}")}}
        {{Receiving.RegistryYaml($"{{kind: push, url: \"{Sink.Url}in\", allowPrivate: true}}", "{maxInFlight: 64}")}}
        """;
}
