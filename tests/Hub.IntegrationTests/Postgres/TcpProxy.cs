using System.Net;
using System.Net.Sockets;

namespace Hub.IntegrationTests.Postgres;

/// <summary>Stands between a node and the database on a loopback port. <see cref="Cut"/>: connections break and new ones are refused.
/// <see cref="Stall"/>: everything stays open and nothing gets through, as with a pulled cable. <see cref="Heal"/>: it works again.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<Socket> _sockets = [];
    private volatile int _target;
    private TaskCompletionSource _flow = Flowing();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    private TcpProxy(int target) => _target = target;

    /// <summary>Where to connect.</summary>
    internal int Port { get; private set; }

    /// <summary>Connections that are open now.</summary>
    internal int Connections
    {
        get { lock (_sockets) return _sockets.Count / 2; }
    }

    internal static TcpProxy Start(int target)
    {
        var proxy = new TcpProxy(target);
        proxy.Listen();
        return proxy;
    }

    /// <summary>New connections lead elsewhere.</summary>
    internal void LeadTo(int target) => _target = target;

    /// <summary>Resets every connection; new ones are refused.</summary>
    internal void Cut()
    {
        _listener?.Dispose();
        _listener = null;
        _flow.TrySetResult();
        lock (_sockets)
        {
            foreach (var socket in _sockets)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    /// <summary>Passes nothing on; connections stay, and new ones are taken but not served.</summary>
    internal void Stall()
    {
        if (_flow.Task.IsCompleted) _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Works again; what was stalled flows.</summary>
    internal void Heal()
    {
        if (_listener is null) Listen();
        _flow.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flow = new TaskCompletionSource();
        flow.SetResult();
        return flow;
    }

    private void Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(_end.Token));
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        lock (_sockets)
        {
            _sockets.Add(near);
            _sockets.Add(far);
        }

        try
        {
            await _flow.Task;
            await far.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAll(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side went: the other follows.
        }
        finally
        {
            lock (_sockets)
            {
                _sockets.Remove(near);
                _sockets.Remove(far);
            }

            near.Dispose();
            far.Dispose();
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            await _flow.Task.WaitAsync(_end.Token);
            for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _end.Token);
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
