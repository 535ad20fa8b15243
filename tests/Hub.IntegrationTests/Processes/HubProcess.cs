using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Hub.IntegrationTests.Processes;

/// <summary>A real <c>hub serve</c> in its own process. Start → ready; dispose → SIGTERM, then SIGKILL by pid.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log;
    private bool _disposed;

    private HubProcess(Process process, StringBuilder log, string dataDirectory, Uri baseAddress)
    {
        _process = process;
        _log = log;
        DataDirectory = dataDirectory;
        BaseAddress = baseAddress;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = baseAddress };
    }

    /// <summary>The built hub; it stands beside the tests because they reference its project.</summary>
    public static string HubDll => Path.Combine(AppContext.BaseDirectory, "hub.dll");

    public string DataDirectory { get; }

    public Uri BaseAddress { get; }

    /// <summary>A client without credentials.</summary>
    public HttpClient Http { get; }

    public int ProcessId => _process.Id;

    /// <summary>Whether it ended, by itself or not.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>stdout and stderr so far.</summary>
    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <summary>Starts <c>hub serve</c> and waits until it is ready.</summary>
    /// <param name="dataDirectory">Data folder; created when missing.</param>
    /// <param name="arguments">Further arguments; without <c>--address</c>, <c>H06.09/lgsp</c> is used.</param>
    /// <param name="port">Port on 127.0.0.1; 0 lets the system choose.</param>
    /// <param name="environment">Variables of its environment besides those of the tests.</param>
    public static async Task<HubProcess> StartAsync(string dataDirectory, IReadOnlyList<string>? arguments = null, int port = 0, IReadOnlyDictionary<string, string>? environment = null)
    {
        Directory.CreateDirectory(dataDirectory);
        var urlFile = Path.Combine(dataDirectory, "hub.url");
        File.Delete(urlFile);
        List<string> all = ["serve", "--data", dataDirectory, "--listen", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), .. arguments ?? []];
        if (!all.Contains("--address", StringComparer.Ordinal)) all.AddRange(["--address", "H06.09/lgsp"]);
        var log = new StringBuilder();
        var process = Launch(all, log, environment);
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!File.Exists(urlFile)) await AliveAsync(process, log, timeout.Token);
            var address = new Uri((await File.ReadAllTextAsync(urlFile, timeout.Token)).Trim());
            var hub = new HubProcess(process, log, dataDirectory, address);
            while (!await hub.IsReadyAsync(timeout.Token)) await AliveAsync(process, log, timeout.Token);
            return hub;
        }
        catch (Exception failure) when (failure is OperationCanceledException or UriFormatException)
        {
            process.Kill();
            lock (log) throw new InvalidOperationException($"The hub did not become ready. Its output:\n{log}", failure);
        }
    }

    /// <summary>Runs one <c>hub</c> command to its end.</summary>
    public static async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var process = new Process { StartInfo = StartInfo(arguments) };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(timeout.Token);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(45));
            await _process.WaitForExitAsync(timeout.Token);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        Http.Dispose();
        try
        {
            await StopAsync();
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync("/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task AliveAsync(Process process, StringBuilder log, CancellationToken cancellationToken)
    {
        if (process.HasExited)
        {
            await process.WaitForExitAsync(cancellationToken);
            lock (log) throw new InvalidOperationException($"The hub exited with {process.ExitCode}. Its output:\n{log}");
        }

        await Task.Delay(50, cancellationToken);
    }

    private static Process Launch(IReadOnlyList<string> arguments, StringBuilder log, IReadOnlyDictionary<string, string>? environment)
    {
        var process = new Process { StartInfo = StartInfo(arguments) };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) process.StartInfo.Environment[name] = value;
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return process;
    }

    private static ProcessStartInfo StartInfo(IReadOnlyList<string> arguments) => new("dotnet", [HubDll, .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static void Append(StringBuilder log, string? line)
    {
        if (line is null) return;
        lock (log) log.AppendLine(line);
    }
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}
