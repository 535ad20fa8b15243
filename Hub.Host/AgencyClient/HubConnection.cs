using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>Authenticated requests of one agency system to one hub. Redirects are never followed, so that a token goes to
/// the hub alone. Thread-safe.</summary>
internal sealed class HubConnection : IDisposable
{
    private readonly HttpClient _http;
    private readonly TokenSource _tokens;

    /// <summary>Connects on first use.</summary>
    /// <param name="hub">Base address of the hub, http or https.</param>
    /// <param name="self">The calling system.</param>
    /// <param name="signer">Its registered key.</param>
    /// <param name="clock">The clock of token lives.</param>
    /// <param name="handler">Another handler than the default one, which this instance will own.</param>
    public HubConnection(Uri hub, SystemAddress self, ISigner signer, TimeProvider clock, HttpMessageHandler? handler = null)
    {
        Hub = new Uri(hub.GetLeftPart(UriPartial.Authority));
        _http = new HttpClient(handler ?? Handler(hub), disposeHandler: true) { Timeout = TimeSpan.FromSeconds(100) };
        _tokens = new TokenSource(_http, Hub, self.ToString(), signer, clock);
    }

    /// <summary>Origin of the hub.</summary>
    public Uri Hub { get; }

    /// <summary>A handler fit for a hub: bounded connecting, no redirects, no proxy for a loopback address.</summary>
    public static SocketsHttpHandler Handler(Uri hub) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !hub.IsLoopback,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Sends one request and returns the answer with its headers read. A 401 is tried once more with a new token.</summary>
    /// <param name="request">Makes the request; called again for the second try.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubRefusalException">The hub answered with a problem.</exception>
    /// <exception cref="HubUnreachableException">The hub did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        try
        {
            var token = await _tokens.GetAsync(cancellationToken);
            var answer = await SendOnceAsync(request, token, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                answer.Dispose();
                _tokens.Forget(token);
                answer = await SendOnceAsync(request, await _tokens.GetAsync(cancellationToken), cancellationToken);
            }

            if (answer.IsSuccessStatusCode) return answer;
            using (answer) throw await HubRefusalReader.ReadAsync(answer, cancellationToken);
        }
        catch (Exception broken) when (IsUnreachable(broken, cancellationToken))
        {
            throw new HubUnreachableException($"The hub at {Hub} does not answer: {broken.Message}", broken);
        }
    }

    /// <summary>Sends a request and reads the answer as JSON.</summary>
    public async Task<JsonElement> JsonAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => Request(method, path, content), cancellationToken);
        var bytes = await ReadAsync(answer, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException malformed)
        {
            throw new HubEvidenceException($"The hub's answer to {method} {path} is no JSON: {malformed.Message}");
        }
    }

    /// <summary>Sends a request whose answer matters by its status only.</summary>
    public async Task PostAsync(string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => Request(HttpMethod.Post, path, content), cancellationToken);
    }

    /// <summary>Reads a whole answer.</summary>
    public async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (Exception broken) when (IsUnreachable(broken, cancellationToken))
        {
            throw new HubUnreachableException($"The answer of the hub at {Hub} broke off: {broken.Message}", broken);
        }
    }

    /// <summary>A request to a path of the hub. The path may be an absolute address only when it is the hub's own.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null)
    {
        var target = new Uri(Hub, path);
        if (target.GetLeftPart(UriPartial.Authority) != Hub.GetLeftPart(UriPartial.Authority))
            throw new HubEvidenceException($"The hub named the address {target}, which is not its own ({Hub}); the access token is not sent there.");
        return new HttpRequestMessage(method, target) { Content = content };
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> request, string token, CancellationToken cancellationToken)
    {
        var message = request();
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        HttpRequestException or SocketException or IOException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };
}
