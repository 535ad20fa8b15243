using System.Net;
using System.Net.Sockets;

namespace Hub.Host.Identity;

/// <summary>Where a request comes from, as limits and tallies tell sources apart: an IPv4 address, or an IPv6 network of
/// 64 bits, because one subscriber has all 2⁶⁴ addresses of it.</summary>
internal static class PeerSource
{
    /// <summary>Name of the operator socket.</summary>
    internal const string Socket = "hub.sock";

    internal static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    internal static string Of(IPAddress? address)
    {
        if (address is null) return Socket;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address.ToString();
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        octets[8..].Clear();
        return $"{new IPAddress(octets)}/64";
    }

    /// <summary>Who answers for the load of a request: the caller when it is known, else its source.</summary>
    internal static string LoadSource(this HttpContext context) => context.Features.Get<Caller>()?.Actor ?? Of(context);
}
