using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Host.AgencyClient;
using Hub.Host.Api;
using Hub.Host.Composition;
using Hub.Host.Composition.Stores;

namespace Hub.Host.CommandLine;

/// <summary>The operator's way to a hub: HTTP over <c>hub.sock</c> of the running hub. When none runs, the same node is
/// started in this process, without deliveries and without a port, for as long as the command takes.</summary>
internal sealed class OperatorConnection : IAsyncDisposable
{
    private const int Tries = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http;
    private readonly HubNode? _own;

    private OperatorConnection(HttpClient http, HubNode? own)
    {
        _http = http;
        _own = own;
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="data">Data folder.</param>
    /// <param name="store">What the command line says about the store; checked against what was chosen for the folder.</param>
    /// <param name="address">The hub's address, when the folder may be made new; null when it must be there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubUnreachableException">No hub was ever made there, or it does not answer.</exception>
    /// <exception cref="FormatException">What is said about the store contradicts what was chosen, or is none.</exception>
    internal static async Task<OperatorConnection> OpenAsync(string data, StoreRequest store, SystemAddress? address, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(data);
        if (!folder.Exists && address is null)
            throw new HubUnreachableException($"There is no hub in '{folder.Directory}'. Make one with 'hub serve --address …' or 'hub import FILE', or name another folder with --data.", new DirectoryNotFoundException());
        if (!store.SaysNothing) StoreChoice.Choose(folder.Directory, store);
        for (var tried = 1; ; tried++)
        {
            if (await TryConnectAsync(folder, cancellationToken) is { } running) return new OperatorConnection(running, null);
            try
            {
                var own = await HubNode.StartAsync(
                    new NodeOptions { DataDirectory = data, Address = folder.Exists ? null : address, Development = true, Dispatch = false, LogLevel = LogLevel.Error, Store = store with { Wait = TimeSpan.Zero } },
                    cancellationToken);
                return new OperatorConnection(Client(folder), own);
            }
            catch (ProblemException held) when (held.Code == ProblemCode.Unavailable && folder.IsHeld)
            {
                // A hub holds the lock, but its socket is not open yet (or no longer): it is starting or stopping.
                if (tried >= Tries) throw new HubUnreachableException($"The hub on '{folder.Directory}' holds its lock but does not answer on hub.sock.", held);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <summary>Opens a connection to the hub that runs on a data folder; starts none.</summary>
    /// <exception cref="HubUnreachableException">None runs there, or it does not answer.</exception>
    internal static async Task<OperatorConnection> ToRunningAsync(string data, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(data);
        return await TryConnectAsync(folder, cancellationToken) is { } running
            ? new OperatorConnection(running, null)
            : throw new HubUnreachableException($"No hub runs on '{folder.Directory}', or it does not answer on hub.sock.", new DirectoryNotFoundException());
    }

    /// <summary>Opens a connection over HTTP for somebody who has a key in the registry.</summary>
    /// <param name="hub">Base address of the hub.</param>
    /// <param name="name">System address, <c>operator:name</c> or <c>auditor:name</c>.</param>
    /// <param name="signer">His key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubRefusalException">The hub gives him no token.</exception>
    /// <exception cref="HubUnreachableException">The hub does not answer.</exception>
    internal static async Task<OperatorConnection> OpenAsync(Uri hub, string name, ISigner signer, CancellationToken cancellationToken)
    {
        var origin = new Uri(hub.GetLeftPart(UriPartial.Authority));
        var http = new HttpClient(HubConnection.Handler(origin)) { BaseAddress = origin, Timeout = TimeSpan.FromMinutes(2) };
        try
        {
            using var tokens = new TokenSource(http, origin, name, signer, TimeProvider.System);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(cancellationToken));
            return new OperatorConnection(http, null);
        }
        catch (HttpRequestException broken)
        {
            http.Dispose();
            throw new HubUnreachableException($"The hub at {origin} does not answer: {broken.Message}", broken);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection over HTTP for somebody who has no key yet.</summary>
    internal static OperatorConnection Anonymous(Uri hub)
    {
        var origin = new Uri(hub.GetLeftPart(UriPartial.Authority));
        return new OperatorConnection(new HttpClient(HubConnection.Handler(origin)) { BaseAddress = origin, Timeout = TimeSpan.FromMinutes(2) }, null);
    }

    internal Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken, string? reason = null) =>
        JsonAsync(HttpMethod.Get, path, null, reason, cancellationToken);

    internal Task<JsonElement> PostAsync(string path, object? body, CancellationToken cancellationToken) =>
        JsonAsync(HttpMethod.Post, path, body is null ? null : Json(body), null, cancellationToken);

    /// <summary>Reads a list page by page, at most a number of rows.</summary>
    internal async Task<IReadOnlyList<JsonElement>> ListAsync(string path, int most, CancellationToken cancellationToken, string rowsAre = "items")
    {
        List<JsonElement> rows = [];
        string? cursor = null;
        do
        {
            var page = await GetAsync(cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}", cancellationToken);
            rows.AddRange(Output.Items(page, rowsAre));
            cursor = Output.Text(page, "next") is { Length: > 0 } next ? next : null;
        }
        while (cursor is not null && rows.Count < most);
        return rows.Count > most ? rows[..most] : rows;
    }

    internal async Task<JsonElement> JsonAsync(HttpMethod method, string path, HttpContent? content, string? reason, CancellationToken cancellationToken)
    {
        var octets = await OctetsAsync(method, path, content, reason, cancellationToken);
        using var document = JsonDocument.Parse(octets);
        return document.RootElement.Clone();
    }

    /// <summary>Sends one request and reads the whole answer.</summary>
    /// <exception cref="HubRefusalException">The hub refused.</exception>
    /// <exception cref="HubUnreachableException">The hub went away.</exception>
    internal async Task<byte[]> OctetsAsync(HttpMethod method, string path, HttpContent? content, string? reason, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (reason is not null) request.Headers.Add(MessageReads.ReasonHeader, Uri.EscapeDataString(reason));
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode) throw await HubRefusalReader.ReadAsync(answer, cancellationToken);
            return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (HttpRequestException broken)
        {
            throw new HubUnreachableException($"The hub does not answer{(_http.DefaultRequestHeaders.Authorization is null ? " on hub.sock" : "")}: {broken.Message}", broken);
        }
    }

    /// <summary>Sends one request and copies the answer as it comes, whatever its length.</summary>
    /// <exception cref="HubRefusalException">The hub refused.</exception>
    /// <exception cref="HubUnreachableException">The hub went away, or ended the answer early.</exception>
    internal async Task CopyAsync(string path, object body, Stream target, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode) throw await HubRefusalReader.ReadAsync(answer, cancellationToken);
            await answer.Content.CopyToAsync(target, cancellationToken);
        }
        catch (Exception broken) when (broken is HttpRequestException or HttpIOException)
        {
            throw new HubUnreachableException($"The hub ended before its answer did; its log says why: {broken.Message}", broken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_own is not null) await _own.DisposeAsync();
    }

    internal static ByteArrayContent Json(object body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, HubJson.Options));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static async Task<HttpClient?> TryConnectAsync(DataFolder folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.SocketFile)) return null;
        var client = Client(folder);
        try
        {
            using var answer = await client.GetAsync("/health/live", cancellationToken);
            if (answer.IsSuccessStatusCode) return client;
        }
        catch (HttpRequestException)
        {
            // A killed hub leaves its socket behind.
        }

        client.Dispose();
        return null;
    }

    private static HttpClient Client(DataFolder folder) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder.SocketFile), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromMinutes(2),
    };
}
