using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Telemetry;

/// <summary>A running hub that sends telemetry; Alice sends to Bob, to whom it pushes.</summary>
internal sealed class TracedHub : IAsyncDisposable
{
    private readonly string _folder;

    private TracedHub(string folder, HubProcess hub, PushSink sink, TestAgency alice, TestAgency bob) => (_folder, Hub, Sink, Alice, Bob) = (folder, hub, sink, alice, bob);

    internal HubProcess Hub { get; }

    internal PushSink Sink { get; }

    internal TestAgency Alice { get; }

    internal TestAgency Bob { get; }

    /// <summary>What each push said of its place, by message key.</summary>
    internal ConcurrentDictionary<string, string> Places { get; } = new(StringComparer.Ordinal);

    internal static async Task<TracedHub> StartAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("hub-telemetry-").FullName;
        var sink = await PushSink.StartAsync();
        TestAgency alice = new("H06.01/qlvb"), bob = new("H06.02/qlvb");
        var file = Path.Combine(folder, "registry.yaml");
        await File.WriteAllTextAsync(file, $$"""
            hub: H06.09/lgsp
            levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
            agencies:
              - {code: H06, name: Tỉnh, level: province, verified: false}
              - {code: H06.01, name: A, level: province, parent: H06, verified: false}
              - {code: H06.02, name: B, level: province, parent: H06, verified: false}
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            rights: [{from: H06.01/qlvb, services: [vn.document.v1], to: H06.02}]
            systems:
            {{alice.RegistryYaml("{kind: mailbox}")}}{{bob.RegistryYaml($"{{kind: push, url: '{new Uri(sink.Url, "/in")}', allowPrivate: true}}", "{firstDelay: 1s}")}}
            """);
        var data = Path.Combine(folder, "data");
        var import = await HubProcess.RunAsync("import", file, "--data", data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        var bench = new TracedHub(folder, await HubProcess.StartAsync(data, arguments), sink, alice, bob);
        sink.Interfere = (key, _, context) =>
        {
            bench.Places[key] = context.Request.Headers.TraceParent.ToString();
            return false;
        };
        return bench;
    }

    /// <summary>Sends a document of Alice to Bob; its key and the answer.</summary>
    internal async Task<(string Key, HttpResponseMessage Answer)> SendAsync(string id, string? traceparent = null, string? to = null)
    {
        var envelope = Alice.Document(id, $"Nội dung {id}", to ?? Bob.Address.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Hub.BaseAddress, "/api/v1/messages")) { Content = new ByteArrayContent(await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, Alice.Signer)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.JsonMediaType);
        if (traceparent is not null) request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        return (envelope.Key.Value, await Alice.SendAsync(Hub.BaseAddress, request));
    }

    /// <summary>Waits until Bob has a message.</summary>
    internal async Task UntilPushedAsync(string key)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!Sink.Received.ContainsKey(key)) await Task.Delay(20, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Sink.DisposeAsync();
        Alice.Dispose();
        Bob.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
