using System.Net.Sockets;
using System.Text;
using Hub.Contracts.Problems;
using Hub.Host.Api;

namespace Hub.Host.Composition;

/// <summary>Tells systemd when the node is ready, and when it stops (<c>Type=notify</c>, sd_notify(3)): so that <c>systemctl restart</c> of one
/// node after the other waits for each.</summary>
internal sealed class SystemdNotice : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string? _path;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Task _waiting;

    /// <summary>Begins to watch a node.</summary>
    /// <param name="path">The socket that systemd named; a leading <c>@</c> stands for an abstract one. Null: nobody listens.</param>
    /// <param name="require">Throws <c>unavailable</c> while the node is not ready.</param>
    /// <param name="stopping">The node stops.</param>
    internal SystemdNotice(string? path, Func<CancellationToken, Task> require, CancellationToken stopping)
    {
        _path = string.IsNullOrEmpty(path) ? null : path;
        _end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _stopping = stopping.Register(() => Tell("STOPPING=1"));
        _waiting = _path is null ? Task.CompletedTask : WaitAsync(require);
    }

    internal static SystemdNotice Of(IServiceProvider services) => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        services.GetRequiredService<Readiness>().RequireAsync,
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.DisposeAsync();
        _end.Dispose();
    }

    private async Task WaitAsync(Func<CancellationToken, Task> require)
    {
        while (!await IsReadyAsync(require)) await Task.Delay(Pause, _end.Token);
        Tell("READY=1");
    }

    private async Task<bool> IsReadyAsync(Func<CancellationToken, Task> require)
    {
        try
        {
            await require(_end.Token);
            return true;
        }
        catch (ProblemException)
        {
            return false;
        }
    }

    // Whoever does not listen any more does not want to know.
    private void Tell(string state)
    {
        if (_path is null) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(_path[0] == '@' ? '\0' + _path[1..] : _path));
        }
        catch (SocketException)
        {
        }
    }
}
