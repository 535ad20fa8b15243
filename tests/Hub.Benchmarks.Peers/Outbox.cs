using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>A document to one recipient, as it lies in the queue. The JWS is ASCII, so it needs neither escapes nor base64 in JSON.</summary>
public sealed record PushDocument(string Key, string Recipient, string Octets);

/// <summary>Puts documents into the quorum queue; returns when RabbitMQ has confirmed that they are durable.</summary>
internal sealed class Outbox(ISendEndpointProvider endpoints)
{
    internal const string Queue = "documents";

    private static readonly Uri Address = new($"exchange:{Queue}");

    internal async Task SendAsync(DocumentHeader document, byte[] octets, CancellationToken cancellationToken)
    {
        var endpoint = await endpoints.GetSendEndpoint(Address);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{document.From}\n{document.Id}")));
        var text = Encoding.ASCII.GetString(octets);
        foreach (var recipient in document.To)
            await endpoint.Send(new PushDocument(key, recipient.Address, text), cancellationToken);
    }
}
