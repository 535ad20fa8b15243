using System.Net;
using System.Net.Sockets;

namespace Hub.Benchmarks.Processes;

/// <summary>Ports on loopback.</summary>
internal static class Ports
{
    internal static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody listens, for a minute at most.</summary>
    internal static async Task WaitAsync(int port, ChildProcess server)
    {
        for (var tries = 0; tries < 600 && !server.HasExited; tries++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException($"Nobody listens on port {port}: {server.Errors}");
    }
}
