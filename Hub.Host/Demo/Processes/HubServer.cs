using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Hub.Host.AgencyClient;

namespace Hub.Host.Demo.Processes;

/// <summary><c>hub serve</c> as a process of its own. Disposing asks it to stop, waits for it to drain, and kills it by its
/// id when it does not.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(32);

    private readonly Process _process;

    private HubServer(Process process, string logFile)
    {
        _process = process;
        LogFile = logFile;
    }

    /// <summary>Its base address.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Where its output is kept.</summary>
    public string LogFile { get; }

    /// <summary>Starts a hub and returns when it is ready.</summary>
    /// <param name="data">Its data folder.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="address">The hub's address.</param>
    /// <param name="port">Port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="cancellationToken">Gives up and stops it again.</param>
    /// <exception cref="HubUnreachableException">It did not become ready.</exception>
    public static async Task<HubServer> StartAsync(string data, string logFile, string address, int port, CancellationToken cancellationToken)
    {
        var listen = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var process = new Process { StartInfo = HubProgram.StartInfo(["serve", "--development", "--address", address, "--data", data, "--listen", listen]) };
        var log = TextWriter.Synchronized(new StreamWriter(logFile) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        var server = new HubServer(process, logFile);
        try
        {
            await server.ReadyAsync(Path.Combine(data, "hub.url"), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Terminate();
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    private async Task ReadyAsync(string urlFile, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        try
        {
            while (!File.Exists(urlFile)) await AliveAsync(timeout.Token);
            Url = new Uri((await File.ReadAllTextAsync(urlFile, timeout.Token)).Trim());
            using var http = new HttpClient(HubConnection.Handler(Url));
            while (!await IsReadyAsync(http, timeout.Token)) await AliveAsync(timeout.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubUnreachableException($"The hub was not ready within {StartTimeout.TotalSeconds:0} s; see {LogFile}.", late);
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "/health/ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task AliveAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited)
            throw new HubUnreachableException($"hub serve ended with {_process.ExitCode}; see {LogFile}.", new InvalidOperationException("The process has exited."));
        await Task.Delay(25, cancellationToken);
    }

    private void Terminate()
    {
        const int sigterm = 15;
        if (OperatingSystem.IsWindows()) _process.Kill();
        else _ = Signal(_process.Id, sigterm);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
