using System.Net;
using System.Net.Sockets;

namespace Hub.Adapters.Channels.Push;

/// <summary>Thrown when no address of a host may be called.</summary>
internal sealed class AddressRefusedException(string host) : Exception($"No address of '{host}' may be called.");

/// <summary>Makes HTTP handlers that call only what <see cref="AddressGuard"/> allows: connections are pooled, redirects,
/// cookies, proxies and decompression are off, and the answer's headers are limited to 16 KiB.</summary>
internal static class GuardedHandler
{
    internal static SocketsHttpHandler Create(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 256,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 64 * 1024,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = Array.FindAll(addresses, a => AddressGuard.Allows(a, allowPrivate));
        if (allowed.Length == 0) throw new AddressRefusedException(target.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
