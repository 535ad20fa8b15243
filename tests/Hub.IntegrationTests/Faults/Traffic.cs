using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;

namespace Hub.IntegrationTests.Faults;

/// <summary>Senders that go to any node and on to another when one does not answer; a push sink that fails now and then; a mailbox
/// that claims at one node and acknowledges at another; the archive app. The ledger of what was sent and receipted is here.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private const string Plain = "vn.document.v1";
    private const string Ordered = "vn.report.v1";
    private const int Conversations = 5;
    private const int Senders = 8;
    private const int Readers = 4;

    private readonly TestAgency _sender = new("Z97/sender");
    private readonly TestAgency _pushed = new("Z97.01/sink");
    private readonly TestAgency _pulling = new("Z97.02/mailbox");
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _read = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly PushSink _sink;
    private Task _senders = Task.CompletedTask;
    private Task _readers = Task.CompletedTask;
    private readonly bool _uploads;
    private int _number;

    private Traffic(PushSink sink, bool uploads)
    {
        (_sink, _uploads) = (sink, uploads);
        _sink.Interfere = PushArrives;
    }

    /// <summary>By message key.</summary>
    internal ConcurrentDictionary<string, Sent> Ledger { get; } = new(StringComparer.Ordinal);

    internal IEnumerable<Sent> Receipted => Ledger.Values.Where(static sent => sent.Receipt is not null);

    internal Witness Witness { get; private set; } = new([]);

    /// <summary>What came at a recipient that must not.</summary>
    internal ConcurrentQueue<string> Wrong { get; } = [];

    /// <summary>Conversation at a recipient → numbers in the order in which they first arrived.</summary>
    internal ConcurrentDictionary<(string Recipient, string Conversation), ConcurrentQueue<int>> Arrivals { get; } = [];

    /// <summary>Pushes, repetitions included.</summary>
    internal int Pushes => _sink.Attempts.Values.Sum();

    internal string RegistryYaml => $$$"""
        hub: Z97/hub
        levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
        agencies:
          - {code: Z97, name: Cơ quan gửi, level: central, verified: false}
          - {code: Z97.01, name: Cơ quan nhận, level: central, parent: Z97, verified: false}
          - {code: Z97.02, name: Cơ quan hộp thư, level: central, parent: Z97, verified: false}
          - {code: Z97.03, name: Cơ quan lưu trữ, level: central, parent: Z97, verified: false}
        services:
          - {type: {{{Plain}}}, nameVi: Văn bản, nameEn: Document}
          - {type: {{{Ordered}}}, nameVi: Báo cáo, nameEn: Report, order: conversation, onDead: hold}
        rights: [{from: "under:Z97", services: [{{{Plain}}}, {{{Ordered}}}], to: "under:Z97"}]
        systems:
          - {address: Z97.03/archive, name: Kho, receives: [{{{Plain}}}], channel: {kind: app, app: archive}}
        {{{_sender.RegistryYaml("{kind: mailbox}")}}}
        {{{_pushed.RegistryYaml($"{{kind: push, url: \"{_sink.Url}in\", allowPrivate: true}}", "{firstDelay: 200ms, maxDelay: 1s, maxAttempts: 100}", $"{Plain}, {Ordered}")}}}
        {{{MoreSystems}}}
        {{{_pulling.RegistryYaml("{kind: mailbox}", "{claimDuration: 3s, maxAttempts: 100}", $"{Plain}, {Ordered}")}}}
        """;

    /// <summary>Makes the sink.</summary>
    /// <param name="uploads">Whether some messages name an upload.</param>
    internal static async Task<Traffic> PrepareAsync(bool uploads = false) => new(await PushSink.StartAsync(), uploads);

    /// <summary>Lines of a registry document for systems of the test's own.</summary>
    internal string MoreSystems { get; set; } = "";

    /// <summary>What <see cref="Sent.AcknowledgedAt"/> is measured in.</summary>
    internal Func<long> Moment { get; set; } = static () => Environment.TickCount64;

    internal TestAgency Sender => _sender;

    internal TestAgency Mailbox => _pulling;

    internal PushSink Sink => _sink;

    /// <summary>Begins to send and to read.</summary>
    internal async Task BeginAsync(IReadOnlyList<Uri> nodes)
    {
        Witness = new Witness(nodes);
        // While all is well, both get the token that they use all the time.
        foreach (var agency in new[] { _sender, _pulling }) (await agency.GetAsync(nodes[0], "/api/v1/messages?limit=1")).Dispose();
        var random = Rounds.Chance();
        _senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => SendAsync(sender, new Random(random.Next()))));
        _readers = Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => ReadAsync(new Random(random.Next()))));
    }

    /// <summary>Stops sending; returns when everything that was begun has its receipt.</summary>
    internal async Task StopSendingAsync()
    {
        if (!_stop.IsCancellationRequested) await _stop.CancelAsync();
        await _senders;
    }

    /// <summary>Stops reading; call it when everything has arrived.</summary>
    internal async Task StopReadingAsync()
    {
        if (!_read.IsCancellationRequested) await _read.CancelAsync();
        await _readers;
    }

    /// <summary>The receipt of a message as a node gives it now.</summary>
    internal Task<string?> ReceiptAsync(int node, Sent sent) =>
        Witness.CallAsync(_sender, node, HttpMethod.Get, $"/api/v1/messages/{sent.Key}/receipt", content: null, HttpStatusCode.OK);

    /// <summary>Stops all of it where it is; what has no receipt gets none.</summary>
    internal async Task AbandonAsync()
    {
        await _abandoned.CancelAsync();
        await StopSendingAsync();
        await StopReadingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await AbandonAsync();
        await _sink.DisposeAsync();
        _sender.Dispose();
        _pushed.Dispose();
        _pulling.Dispose();
        _stop.Dispose();
        _read.Dispose();
        _abandoned.Dispose();
    }

    /// <summary>Half of the senders write in conversations, each message when the one before has its receipt.</summary>
    private async Task SendAsync(int sender, Random random)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var sent = await SignAsync(sender % 2 == 0 ? $"hs-{sender}-{i % Conversations}" : null);
            Ledger[sent.Key] = sent;
            while (sent.Receipt is null && !_abandoned.IsCancellationRequested)
            {
                var node = Witness.Pick(random);
                var receipt = await UploadAsync(node, sent) ? await SubmitAsync(node, sent) : null;
                if (receipt is null) await Task.Delay(50, CancellationToken.None);
                (sent.ReceiptedAt, sent.Receipt) = (Environment.TickCount64, receipt);
            }

            if (random.Next(10) == 0 && await SubmitAsync(Witness.Pick(random), sent) is { } again && again != sent.Receipt) Wrong.Enqueue($"{sent.Key}: sent again, and another receipt was given");
            await Task.Delay(random.Next(20, 60), CancellationToken.None);
        }
    }

    private Task<string?> SubmitAsync(int node, Sent sent) => Witness.CallAsync(
        _sender,
        node,
        HttpMethod.Post,
        "/api/v1/messages",
        new ByteArrayContent(sent.Octets) { Headers = { ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(EnvelopeEncoding.Json)) } },
        HttpStatusCode.OK,
        HttpStatusCode.Accepted);

    private async Task<bool> UploadAsync(int node, Sent sent)
    {
        if (sent.Upload is not { } content) return true;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (await Witness.CallAsync(_sender, node, HttpMethod.Post, "/api/v1/uploads", JsonContent.Create(new { sha256, size = content.Length }), HttpStatusCode.Created) is not { } begun) return false;
        var status = JsonNode.Parse(begun)!;
        if (status["complete"]!.GetValue<bool>()) return true;
        var offset = status["offset"]!.GetValue<int>();
        var rest = new ByteArrayContent(content[offset..]) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        rest.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return await Witness.CallAsync(_sender, node, HttpMethod.Patch, $"/api/v1/uploads/{sha256}", rest, HttpStatusCode.NoContent) is not null;
    }

    private async Task<Sent> SignAsync(string? conversation)
    {
        var number = Interlocked.Increment(ref _number);
        var id = string.Create(CultureInfo.InvariantCulture, $"vb-{number}");
        var toArchive = conversation is null && number % 3 == 0;
        string[] to = [_pushed.Address.ToString(), _pulling.Address.ToString(), .. toArchive ? ["Z97.03/archive"] : Array.Empty<string>()];
        var envelope = _sender.Document(id, new string('x', 500), to);
        if (conversation is not null) envelope = envelope with { Type = MessageType.Parse(Ordered), Conversation = conversation, Sequence = conversation.EndsWith('0') ? number : null };
        if (toArchive) envelope = envelope with { Payload = new Payload { Form = PayloadForm.Xml, MediaType = "application/xml", Data = Document(id) } };
        var upload = _uploads && conversation is null && number % 5 == 0 ? RandomNumberGenerator.GetBytes(150_000) : null;
        if (upload is not null)
            envelope = envelope with { Attachments = [new Attachment { Name = "phu-luc.bin", MediaType = "application/octet-stream", Size = upload.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(upload)) }] };
        var octets = await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _sender.Signer, CancellationToken.None);
        return Sent.Of(envelope, octets, Convert.ToHexStringLower(SHA256.HashData(octets)), number, toArchive) with { Upload = upload };
    }

    private static byte[] Document(string id) => Encoding.UTF8.GetBytes(
        $"""<Document xmlns="urn:hub:vn:document:1"><DocumentId>{id}</DocumentId><Code><CodeNumber>1</CodeNumber><CodeNotation>QD</CodeNotation></Code><Subject>Thử</Subject><From><OrganId>Z97</OrganId></From><PromulgationInfo><PromulgationDate>2026-01-02</PromulgationDate></PromulgationInfo></Document>""");

    /// <summary>One message in seventeen is refused once.</summary>
    private bool PushArrives(string key, int attempt, Microsoft.AspNetCore.Http.HttpContext context)
    {
        if (!Ledger.TryGetValue(key, out var sent))
        {
            Wrong.Enqueue($"{key}: pushed, never sent");
            return false;
        }

        if (attempt == 1) Arrive("sink", sent);
        if (attempt == 1 && sent.Number % 17 == 0)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadGateway;
            return true;
        }

        sent.Push();
        return false;
    }

    private async Task ReadAsync(Random random)
    {
        while (!_read.IsCancellationRequested)
        {
            var ask = JsonContent.Create(new { max = 50, waitSeconds = 1, inline = true });
            var answer = await Witness.CallAsync(_pulling, Witness.Pick(random), HttpMethod.Post, "/api/v1/mailbox/claims", ask, HttpStatusCode.OK);
            var there = Witness.Pick(random);
            if (answer is null) await Task.Delay(50, CancellationToken.None);
            else await Task.WhenAll(JsonNode.Parse(answer)!["claims"]!.AsArray().Select(claim => TakeAsync(there, claim!)));
        }
    }

    private async Task TakeAsync(int node, JsonNode claim)
    {
        var key = claim["message"]!.GetValue<string>();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(claim["content"]!.GetValue<string>())));
        if (!Ledger.TryGetValue(key, out var sent)) Wrong.Enqueue($"{key}: in the mailbox, never sent");
        else if (sent.Sha256 != sha256) Wrong.Enqueue($"{key}: other octets in the mailbox");
        else if (sent.Claim()) Arrive("mailbox", sent);
        // A claim that ended meanwhile is lost (409): the delivery comes again.
        var path = $"/api/v1/mailbox/claims/{claim["claim"]!.GetValue<string>()}/ack";
        var done = await Witness.CallAsync(_pulling, node, HttpMethod.Post, path, content: null, HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Gone, HttpStatusCode.NotFound);
        if (done is not null && JsonNode.Parse(done)?["state"] is not null) sent?.Acknowledge(Moment());
    }

    private void Arrive(string recipient, Sent sent)
    {
        if (sent.Conversation is { } conversation) Arrivals.GetOrAdd((recipient, conversation), static _ => []).Enqueue(sent.Number);
    }

    /// <summary>Octets that differed between two pushes of one message.</summary>
    internal IEnumerable<string> Contradictions => _sink.Contradictions.Concat(_sink.Received.Where(r => Ledger[r.Key].Sha256 != r.Value).Select(static r => r.Key));
}
