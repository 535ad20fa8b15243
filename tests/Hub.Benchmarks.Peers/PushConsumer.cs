using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>Pushes a document; its message is acknowledged when this returns, which is after the recipient's 2xx.</summary>
internal sealed class PushConsumer(PushClient client) : IConsumer<PushDocument>
{
    public Task Consume(ConsumeContext<PushDocument> context) => client.PushAsync(context.Message, context.CancellationToken);
}

/// <summary>One pool of kept connections to the recipients.</summary>
internal sealed class PushClient(PeerSettings settings) : IDisposable
{
    private static readonly MediaTypeHeaderValue MediaType = new("application/jose");

    private readonly Dictionary<string, Uri> _routes = settings.Routes.ToDictionary(r => r.Key, r => new Uri(r.Value), StringComparer.Ordinal);
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    });

    internal async Task PushAsync(PushDocument document, CancellationToken cancellationToken)
    {
        var octets = Encoding.ASCII.GetBytes(document.Octets);
        using var request = new HttpRequestMessage(HttpMethod.Post, _routes[document.Recipient])
        {
            Version = HttpVersion.Version11,
            Content = new ByteArrayContent(octets) { Headers = { ContentType = MediaType } },
        };
        request.Headers.TryAddWithoutValidation("Hub-Message", document.Key);
        request.Headers.TryAddWithoutValidation("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(octets))}:");
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{document.Recipient} answered {(int)answer.StatusCode}.", inner: null, answer.StatusCode);
    }

    public void Dispose() => _http.Dispose();
}
