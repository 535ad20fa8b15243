using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;

namespace Hub.Host.AgencyClient;

/// <summary>One agency system's use of a hub: what an agency's own program would do. Thread-safe.</summary>
internal sealed class HubClient : IDisposable
{
    private readonly HubConnection _connection;

    /// <summary>Connects on first use.</summary>
    /// <param name="hub">Base address of the hub.</param>
    /// <param name="self">The calling system.</param>
    /// <param name="signer">Its registered key, for tokens and envelopes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="handler">Another HTTP handler than the default one, which this instance will own.</param>
    public HubClient(Uri hub, SystemAddress self, ISigner signer, TimeProvider clock, HttpMessageHandler? handler = null)
    {
        Self = self;
        Signer = signer;
        Clock = clock;
        _connection = new HubConnection(hub, self, signer, clock, handler);
        Mailbox = new MailboxClient(_connection);
        Uploads = new UploadClient(_connection);
    }

    /// <summary>The calling system.</summary>
    public SystemAddress Self { get; }

    /// <summary>Its key.</summary>
    public ISigner Signer { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The key of the hub's log, got on a trusted way: with it every receipt is verified.</summary>
    public NoteVerifier? LogKey { get; init; }

    /// <summary>Its mailbox.</summary>
    public MailboxClient Mailbox { get; }

    /// <summary>Its uploads.</summary>
    public UploadClient Uploads { get; }

    /// <summary>Signs and sends an envelope.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">The envelope breaks a rule; nothing was sent.</exception>
    /// <exception cref="HubRefusalException">The hub refused it.</exception>
    /// <exception cref="HubEvidenceException">The receipt does not verify.</exception>
    public async Task<SentMessage> SendAsync(Envelope envelope, EnvelopeEncoding encoding, CancellationToken cancellationToken = default) =>
        await SubmitAsync(await EnvelopeCodec.SignAsync(envelope, encoding, Signer, cancellationToken), encoding, cancellationToken);

    /// <summary>Sends signed octets and checks the receipt.</summary>
    /// <exception cref="HubRefusalException">The hub refused them.</exception>
    /// <exception cref="HubEvidenceException">The receipt does not verify.</exception>
    public async Task<SentMessage> SubmitAsync(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, CancellationToken cancellationToken = default)
    {
        using var answer = await _connection.SendAsync(() => Post(octets, encoding), cancellationToken);
        var text = Encoding.UTF8.GetString(await _connection.ReadAsync(answer, cancellationToken));
        return ReceiptCheck.Check(text, Self, octets.Span, repeated: answer.StatusCode == HttpStatusCode.OK, LogKey);
    }

    /// <summary>Sends a signed request and waits for its reply.</summary>
    /// <exception cref="HubRefusalException">The hub refused it, or no reply came in time.</exception>
    public async Task<RepliedRequest> RequestAsync(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var answer = await _connection.SendAsync(
            () =>
            {
                var request = _connection.Request(HttpMethod.Post, "/api/v1/requests", new ReadOnlyMemoryContent(octets));
                request.Content!.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(encoding));
                request.Headers.Add("Prefer", $"wait={(int)wait.TotalSeconds}");
                return request;
            },
            cancellationToken);
        return await ReadReplyAsync(answer, cancellationToken);
    }

    /// <summary>Waits again for the reply to a request of one's own, or gets the one that has come.</summary>
    /// <exception cref="HubRefusalException">No reply came in time, or there is no such request.</exception>
    public async Task<RepliedRequest> ResumeRequestAsync(MessageKey request, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var answer = await _connection.SendAsync(
            () => _connection.Request(HttpMethod.Get, $"/api/v1/requests/{request}?wait={(int)wait.TotalSeconds}"), cancellationToken);
        return await ReadReplyAsync(answer, cancellationToken);
    }

    /// <summary>The state of a message of one's own.</summary>
    public Task<JsonElement> MessageAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        _connection.JsonAsync(HttpMethod.Get, $"/api/v1/messages/{key}", null, cancellationToken);

    /// <summary>The trail's entries of a message of one's own, in order.</summary>
    public Task<JsonElement> EntriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        _connection.JsonAsync(HttpMethod.Get, $"/api/v1/messages/{key}/entries", null, cancellationToken);

    /// <summary>One's own messages; the query is that of <c>GET /api/v1/messages</c>.</summary>
    public Task<JsonElement> MessagesAsync(string query, CancellationToken cancellationToken = default) =>
        _connection.JsonAsync(HttpMethod.Get, $"/api/v1/messages?{query}", null, cancellationToken);

    /// <summary>The receipt of a message of one's own, as text.</summary>
    public async Task<string> ReceiptAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        Encoding.UTF8.GetString(await BytesAsync($"/api/v1/messages/{key}/receipt", cancellationToken));

    /// <summary>The systems that a recipient stands for, and their encryption keys: every page of them.</summary>
    /// <exception cref="HubRefusalException">The recipient is none, or may not be written to.</exception>
    /// <exception cref="HubEvidenceException">The answer cannot be read, or the registry changed between two pages.</exception>
    public async Task<IReadOnlyList<ResolvedSystem>> ResolveAsync(RecipientAddress to, MessageType type, CancellationToken cancellationToken = default)
    {
        const int maxPages = 10;
        var path = $"/api/v1/resolve?to={Uri.EscapeDataString(to.Value)}&type={Uri.EscapeDataString(type.Value)}&limit=1000";
        var systems = new List<ResolvedSystem>();
        string? next = null, version = null;
        for (var page = 0; page < maxPages; page++)
        {
            var answer = await _connection.JsonAsync(HttpMethod.Get, next is null ? path : $"{path}&cursor={Uri.EscapeDataString(next)}", null, cancellationToken);
            systems.AddRange(ResolvedSystem.ReadAll(answer));
            var pageVersion = answer.TryGetProperty("version", out var stated) ? stated.GetRawText() : null;
            if (page > 0 && pageVersion != version) throw new HubEvidenceException($"The registry changed while the recipients of {to} were read. Try again.");
            version = pageVersion;
            next = answer.TryGetProperty("next", out var more) && more.ValueKind == JsonValueKind.String ? more.GetString() : null;
            if (next is null) return systems;
        }

        throw new HubEvidenceException($"The hub's list of the recipients of {to} does not end after {maxPages} pages.");
    }

    /// <summary>The exact bytes of a message.</summary>
    public Task<byte[]> ContentAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        BytesAsync($"/api/v1/messages/{key}/content", cancellationToken);

    /// <summary>The exact bytes of a claimed message, checked against the claim.</summary>
    /// <exception cref="HubEvidenceException">They have another digest.</exception>
    public async Task<byte[]> ContentAsync(MailboxClaim claim, CancellationToken cancellationToken = default)
    {
        var octets = claim.Content ?? await BytesAsync(claim.ContentUrl, cancellationToken);
        var digest = Convert.ToHexStringLower(SHA256.HashData(octets));
        return digest == claim.Sha256
            ? octets
            : throw new HubEvidenceException($"The bytes of message {claim.Message} have SHA-256 {digest}; the claim states {claim.Sha256}.");
    }

    /// <summary>Writes an uploaded attachment of a message, checked against its digest and size.</summary>
    /// <exception cref="HubEvidenceException">The bytes are others than the envelope states; what was written is to be dropped.</exception>
    public async Task AttachmentAsync(MessageKey key, Attachment attachment, Stream target, CancellationToken cancellationToken = default)
    {
        using var answer = await _connection.SendAsync(
            () => _connection.Request(HttpMethod.Get, $"/api/v1/messages/{key}/attachments/{attachment.Sha256}"), cancellationToken);
        await using var source = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[81920];
        long size = 0;
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            size += read;
            if (size > attachment.Size) break;
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (size != attachment.Size || Convert.ToHexStringLower(hash.GetHashAndReset()) != attachment.Sha256)
            throw new HubEvidenceException($"Attachment '{attachment.Name}' of message {key} is not the {attachment.Size} bytes with SHA-256 {attachment.Sha256} that its sender signed.");
    }

    public void Dispose() => _connection.Dispose();

    private async Task<RepliedRequest> ReadReplyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        string Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : "";
        var octets = await _connection.ReadAsync(answer, cancellationToken);
        return new RepliedRequest(Header("Hub-Message"), Header("Hub-Reply"), answer.Content.Headers.ContentType?.MediaType ?? "", octets);
    }

    private async Task<byte[]> BytesAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _connection.SendAsync(() => _connection.Request(HttpMethod.Get, path), cancellationToken);
        return await _connection.ReadAsync(answer, cancellationToken);
    }

    private HttpRequestMessage Post(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding)
    {
        var request = _connection.Request(HttpMethod.Post, "/api/v1/messages", new ReadOnlyMemoryContent(octets));
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(encoding));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Receipt.MediaType));
        return request;
    }
}
