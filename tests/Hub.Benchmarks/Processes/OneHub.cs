using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hub.Benchmarks.Throughput;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;

namespace Hub.Benchmarks.Processes;

/// <summary>The shipped hub as its own process over SQLite, with default security and durability; a sink process that all recipients are
/// pushed to; and a sender that has a token.</summary>
internal sealed class OneHub : IAsyncDisposable
{
    internal static readonly string HubDll = Path.Combine(AppContext.BaseDirectory, "hub.dll");
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly LocalSigner _signer;
    private readonly ChildProcess _sink;

    private OneHub(string folder, string sinkUrl, ChildProcess sink, LocalSigner signer) => (Folder, SinkUrl, _sink, _signer) = (folder, sinkUrl, sink, signer);

    internal string Folder { get; }

    internal string Data => Path.Combine(Folder, "data");

    internal string SinkUrl { get; }

    /// <summary>The hub's process; set by <see cref="ServeAsync"/>.</summary>
    internal ChildProcess Process { get; private set; } = null!;

    internal string Url { get; private set; } = "";

    /// <summary>A client that carries the sender's token.</summary>
    internal HttpClient Http { get; } = LoopbackHttp.Create();

    /// <summary>Imports a registry; the hub does not run yet.</summary>
    internal static async Task<OneHub> PrepareAsync(IReadOnlyList<string>? recipients = null)
    {
        var folder = Directory.CreateTempSubdirectory("hub-bench-").FullName;
        var sinkUrl = $"http://127.0.0.1:{Ports.Free()}";
        var sender = SenderKey.Make("ES256");
        var sink = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "Hub.Benchmarks.dll"), "sink", sinkUrl);
        await sink.Output.ReadLineAsync();
        var hub = new OneHub(folder, sinkUrl, sink, LocalSigner.FromPem(SenderKey.Id, sender.PrivatePem, SignatureAlgorithm.Es256));
        await ChildProcess.RunAsync("dotnet", [HubDll, "import", await BenchmarkRegistry.WriteAsync(folder, sinkUrl, sender, recipients), "--data", hub.Data]);
        return hub;
    }

    /// <summary>Starts the hub.</summary>
    /// <returns>How long it took until it said that it is ready.</returns>
    internal async Task<TimeSpan> ServeAsync()
    {
        Url = $"http://127.0.0.1:{Ports.Free()}";
        var begun = Clock.GetTimestamp();
        Process = ChildProcess.StartServer("dotnet", [HubDll, "serve", "--data", Data, "--listen", Url]);
        await HubLine.WaitReadyAsync(Http, Url, Process);
        var took = Clock.GetElapsedTime(begun);
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await AccessToken.GetAsync(Http, Url, BenchmarkRegistry.Sender, _signer, Clock));
        return took;
    }

    /// <summary>Sends a document and waits for its receipt.</summary>
    /// <returns>Its key.</returns>
    internal async Task<string> SendAsync(string id, string to, int payloadBytes, IReadOnlyList<Attachment>? attachments = null)
    {
        var envelope = new Envelope
        {
            Id = id,
            Type = MessageType.Parse("vn.document.v1"),
            From = SystemAddress.Parse(BenchmarkRegistry.Sender),
            To = [new Recipient(RecipientAddress.Parse(to))],
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Clock.GetUtcNow().ToUnixTimeMilliseconds()),
            Subject = "Công điện",
            Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new string('x', payloadBytes))) },
            Attachments = attachments ?? [],
        };
        using var content = new ByteArrayContent(await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _signer));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(EnvelopeCodec.MediaTypeOf(EnvelopeEncoding.Json));
        using var answer = await Http.PostAsync(new Uri($"{Url}/api/v1/messages"), content);
        await RequireAsync(answer);
        return envelope.Key.Value;
    }

    /// <exception cref="InvalidOperationException">The hub refused.</exception>
    internal static async Task RequireAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (Process is { } hub) await hub.DisposeAsync();
        await _sink.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
