using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Kill;

/// <summary>SIGKILL at random moments under load. The ledger of receipts lives here, outside the hub's process: what was
/// receipted must be delivered with the same bytes, the log must verify, nothing may be stuck.</summary>
[TestFixture]
public sealed class When_the_hub_is_killed_under_load
{
    private const int Senders = 6;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HUB_TEST_LONG") == "1" ? 100 : 12;

    private readonly ConcurrentDictionary<string, Sent> _ledger = new(StringComparer.Ordinal);
    private readonly TestAgency _sender = new("Z97/sender");
    private readonly TestAgency _pushed = new("Z97.01/sink");
    private readonly TestAgency _pulling = new("Z97.02/mailbox");
    private PushSink _sink = null!;
    private string _data = null!;
    private int _port;
    private volatile HubProcess? _hub;
    private int _number;

    [OneTimeSetUp]
    public async Task StartSink()
    {
        _sink = await PushSink.StartAsync();
        _data = Directory.CreateTempSubdirectory("hub-kill-").FullName;
        _port = FreePort();
        var registry = Path.Combine(_data, "registry.yaml");
        await File.WriteAllTextAsync(registry, RegistryYaml());
        var import = await HubProcess.RunAsync("import", registry, "--data", Path.Combine(_data, "hub"));
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
    }

    [OneTimeTearDown]
    public async Task StopSink()
    {
        await _sink.DisposeAsync();
        _sender.Dispose();
        _pushed.Dispose();
        _pulling.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Test, CancelAfter(600_000)]
    public async Task Should_keep_every_promise_it_receipted(CancellationToken stop)
    {
        var random = new Random(TestContext.CurrentContext.Random.Next());
        var hubUrl = new Uri($"http://127.0.0.1:{_port}");
        using var load = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var senders = Enumerable.Range(0, Senders).Select(_ => SendAsync(hubUrl, load.Token)).ToArray();
        var claimer = ClaimAsync(hubUrl, load.Token);

        for (var round = 0; round < Rounds; round++)
        {
            _hub = await StartHubAsync();
            await Task.Delay(random.Next(50, 1500), stop);
            await _hub.KillAsync();
            _hub.Http.Dispose();
        }

        await using var last = await StartHubAsync();
        _hub = last;
        await Task.Delay(1000, stop);
        await load.CancelAsync();
        await Task.WhenAll(senders);
        await WaitUntilAsync(() => _ledger.Values.All(s => s.Receipt is null || Arrived(s)), stop);
        await claimer;

        var receipted = _ledger.Values.Where(s => s.Receipt is not null).ToList();
        TestContext.Out.WriteLine($"{Rounds} kills, {receipted.Count} receipted, {_ledger.Count - receipted.Count} never answered, {_sink.Attempts.Values.Sum()} pushes.");
        Assert.That(receipted, Has.Count.GreaterThan(Rounds * 5), "The load was too small to show anything.");
        Assert.That(_sink.Contradictions, Is.Empty);
        await AssertReceiptsAsync(hubUrl, receipted, stop);
        await AssertNothingStuckAsync(hubUrl, receipted, stop);
        var verdict = await HubProcess.RunAsync("log", "verify", "--data", Path.Combine(_data, "hub"));
        Assert.That(verdict.ExitCode, Is.Zero, verdict.ToString());
    }

    private bool Arrived(Sent sent) =>
        _sink.Received.TryGetValue(sent.Key, out var pushed) && pushed == sent.Sha256 && _claimed.TryGetValue(sent.Key, out var claimed) && claimed == sent.Sha256;

    private readonly ConcurrentDictionary<string, string> _claimed = new(StringComparer.Ordinal);

    private async Task<HubProcess> StartHubAsync() => await HubProcess.StartAsync(Path.Combine(_data, "hub"), ["--address", "Z97/hub"], _port);

    /// <summary>Sends one document after the other; when the hub dies in between, sends the same octets until they are answered.</summary>
    private async Task SendAsync(Uri hub, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var envelope = _sender.Document($"kill-{Interlocked.Increment(ref _number)}", new string('x', 600), _pushed.Address.ToString(), _pulling.Address.ToString());
            var octets = await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _sender.Signer, CancellationToken.None);
            var sent = new Sent(envelope.Key.Value, Convert.ToHexStringLower(SHA256.HashData(octets)));
            _ledger[sent.Key] = sent;
            while (sent.Receipt is null)
            {
                sent.Receipt = await TrySubmitAsync(hub, octets);
                if (sent.Receipt is null && stop.IsCancellationRequested) return;
                if (sent.Receipt is null) await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task<string?> TrySubmitAsync(Uri hub, byte[] octets)
    {
        try
        {
            using var answer = await _sender.SubmitAsync(hub, octets);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return null;
            Assert.That(answer.StatusCode, Is.AnyOf(HttpStatusCode.Accepted, HttpStatusCode.OK), text);
            return text;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }

    private async Task ClaimAsync(Uri hub, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested || !_ledger.Values.All(s => s.Receipt is null || _claimed.ContainsKey(s.Key)))
        {
            try
            {
                foreach (var claim in await _pulling.ClaimAsync(hub, max: 50))
                {
                    var octets = Convert.FromBase64String(claim!["content"]!.GetValue<string>());
                    var key = claim["message"]!.GetValue<string>();
                    var sha256 = Convert.ToHexStringLower(SHA256.HashData(octets));
                    Assert.That(_claimed.GetOrAdd(key, sha256), Is.EqualTo(sha256));
                    await _pulling.AckAsync(hub, claim["claim"]!.GetValue<string>());
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
            {
                // The hub is down; its mailbox keeps.
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task AssertReceiptsAsync(Uri hub, List<Sent> receipted, CancellationToken stop)
    {
        var logKey = NoteVerifier.Parse((await _hub!.Http.GetStringAsync(new Uri(hub, "/log/key"), stop)).Trim());
        var broken = receipted.Select(s => Receipt.Parse(s.Receipt!).Verify(logKey)).Where(v => !v.Valid).SelectMany(v => v.Failures).ToList();
        Assert.That(broken, Is.Empty);
        var places = receipted.Select(s => Receipt.Parse(s.Receipt!).Proof.Index).ToList();
        Assert.That(places, Is.Unique, "Two receipts name the same entry: the log forked.");
        foreach (var sent in receipted.Take(200))
        {
            using var again = await _sender.GetAsync(hub, $"/api/v1/messages/{sent.Key}/receipt");
            Assert.That(await again.Content.ReadAsStringAsync(stop), Is.EqualTo(sent.Receipt), "The receipt given before the kill is the receipt for ever.");
        }
    }

    private async Task AssertNothingStuckAsync(Uri hub, List<Sent> receipted, CancellationToken stop)
    {
        await WaitUntilAsync(
            async () =>
            {
                foreach (var state in new[] { "queued", "claimed" })
                {
                    using var answer = await _sender.GetAsync(hub, $"/api/v1/messages?state={state}&limit=1");
                    var text = await answer.Content.ReadAsStringAsync(stop);
                    Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
                    if (System.Text.Json.Nodes.JsonNode.Parse(text)!["items"]!.AsArray().Count > 0) return false;
                }

                return true;
            },
            stop);
        Assert.That(receipted.Where(s => !Arrived(s)), Is.Empty);
    }

    private static Task WaitUntilAsync(Func<bool> condition, CancellationToken stop) => WaitUntilAsync(() => Task.FromResult(condition()), stop);

    private static async Task WaitUntilAsync(Func<Task<bool>> condition, CancellationToken stop)
    {
        for (var waited = 0; waited < 1200; waited++)
        {
            if (await condition()) return;
            await Task.Delay(100, stop);
        }

        Assert.Fail("Something is stuck: not settled two minutes after the last start.");
    }

    private string RegistryYaml() => $$"""
        hub: Z97/hub
        levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
        agencies:
          - {code: Z97, name: Cơ quan gửi, level: central, verified: false}
          - {code: Z97.01, name: Cơ quan nhận, level: central, parent: Z97, verified: false}
          - {code: Z97.02, name: Cơ quan hộp thư, level: central, parent: Z97, verified: false}
        services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
        rights: [{from: "under:Z97", services: [vn.document.v1], to: "under:Z97"}]
        systems:
        {{_sender.RegistryYaml("{kind: mailbox}")}}
        {{_pushed.RegistryYaml($"{{kind: push, url: \"{_sink.Url}in\", allowPrivate: true}}", "{firstDelay: 200ms, maxAttempts: 50}")}}
        {{_pulling.RegistryYaml("{kind: mailbox}", "{claimDuration: 3s, maxAttempts: 100}")}}
        """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Sent(string Key, string Sha256)
    {
        public string? Receipt { get; set; }
    }
}
