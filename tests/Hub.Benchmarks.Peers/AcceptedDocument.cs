using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>A document was accepted for a recipient. The JWS is ASCII, so it stands in JSON as it is.</summary>
public sealed record AcceptedDocument(string Key, string Recipient, string Jws)
{
    internal static IEnumerable<AcceptedDocument> Of(DocumentHeader document, byte[] octets)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{document.From}\n{document.Id}")));
        var jws = Encoding.ASCII.GetString(octets);
        return document.To.Select(recipient => new AcceptedDocument(key, recipient.Address, jws));
    }
}

/// <summary>Pushes a document; its message is acknowledged when this returns, which is after the recipient's 2xx.</summary>
internal sealed class AcceptedDocumentConsumer(IHttpClientFactory clients, PeerSettings settings) : IConsumer<AcceptedDocument>
{
    public async Task Consume(ConsumeContext<AcceptedDocument> context)
    {
        var octets = Encoding.ASCII.GetBytes(context.Message.Jws);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Routes[context.Message.Recipient]);
        request.Content = new ByteArrayContent(octets);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jose");
        request.Headers.Add("Hub-Message", context.Message.Key);
        request.Headers.Add("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(octets))}:");
        using var client = clients.CreateClient();
        using var answer = await client.SendAsync(request, context.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
