using System.Net;
using Hub.Host.Identity;
using Hub.Host.Telemetry;
using Microsoft.AspNetCore.Connections;

namespace Hub.Host.Composition;

/// <summary>Keeps one source from taking all connections of a node: beyond its share a new one is closed at once. This machine itself has
/// no bound, since a proxy may stand on it, nor have the proxies that are trusted: all come through them, and they share connections out
/// themselves. Thread-safe.</summary>
/// <param name="proxies">The trusted proxies.</param>
/// <param name="most">Connections of one source at once.</param>
internal sealed class ConnectionShares(IReadOnlyList<IPNetwork> proxies, int most = ConnectionShares.OfOneSource)
{
    /// <summary>A quarter of what a node takes.</summary>
    internal const int OfOneSource = KestrelSetup.MaxConnections / 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _sources = new(StringComparer.Ordinal);

    internal ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        if ((connection.RemoteEndPoint as IPEndPoint)?.Address is not { } address || IsFree(address))
        {
            await next(connection);
            return;
        }

        var source = PeerSource.Of(address);
        if (!TryOpen(source))
        {
            HubMeter.RefusedConnections.Add(1);
            connection.Abort(new ConnectionAbortedException($"{source} has {most} connections already."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Close(source);
        }
    };

    private bool IsFree(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return true;
        foreach (var proxy in proxies)
        {
            if (proxy.Contains(address)) return true;
        }

        return false;
    }

    /// <summary>Whether a source may open one more; then <see cref="Close"/> gives it back.</summary>
    internal bool TryOpen(string source)
    {
        lock (_gate)
        {
            var open = _sources.GetValueOrDefault(source);
            if (open >= most) return false;
            _sources[source] = open + 1;
            return true;
        }
    }

    internal void Close(string source)
    {
        lock (_gate)
        {
            if (--_sources[source] == 0) _sources.Remove(source);
        }
    }
}
