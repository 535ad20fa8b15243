using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hub.IntegrationTests.OneHub;

/// <summary>A partner that takes what is pushed to it and then answers badly, until it is mended.</summary>
internal sealed class SlowPartner : IAsyncDisposable
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _calls = [];
    private readonly TimeSpan? _betweenOctets;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="betweenOctets">The pause before each octet of the answer; null: it never answers.</param>
    internal SlowPartner(TimeSpan? betweenOctets)
    {
        _betweenOctets = betweenOctets;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/in");

    internal int Connections => Volatile.Read(ref _connections);

    /// <summary>From now on it answers at once.</summary>
    internal bool IsMended { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_calls);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _calls.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await ReadRequestAsync(stream);
                if (!IsMended && _betweenOctets is null) await Task.Delay(Timeout.Infinite, _stop.Token);
                foreach (var octet in Answer)
                {
                    if (!IsMended) await Task.Delay(_betweenOctets!.Value, _stop.Token);
                    await stream.WriteAsync(new[] { octet }, _stop.Token);
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The hub gave up.
            }
        }
    }

    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var (text, buffer) = (new StringBuilder(), new byte[16 << 10]);
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0) return;
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            var all = text.ToString();
            var end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            var length = all.Split("\r\n").Select(static l => l.Split(':')).FirstOrDefault(static h => h[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))?[1];
            if (all.Length - end - 4 >= int.Parse(length ?? "0", System.Globalization.CultureInfo.InvariantCulture)) return;
        }
    }
}
