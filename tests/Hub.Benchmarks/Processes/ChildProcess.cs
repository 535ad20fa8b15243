using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hub.Benchmarks.Processes;

/// <summary>A process that this one started and ends by its id.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly List<string> _errors = [];

    private ChildProcess(Process process) => _process = process;

    internal StreamReader Output => _process.StandardOutput;

    internal StreamWriter Input => _process.StandardInput;

    internal int Id => _process.Id;

    /// <summary>Processor time of it and of all that it started.</summary>
    internal TimeSpan Cpu => CpuTimes.OfTree(_process.Id);

    /// <summary>The signal that ends it.</summary>
    internal int StopSignal { get; init; } = Terminate;

    internal bool HasExited => _process.HasExited;

    internal long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>The first lines of its errors, and of a server's output.</summary>
    internal string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors);
        }
    }

    internal static ChildProcess StartDotnet(string dll, params IEnumerable<string> arguments) => Start(new ProcessStartInfo("dotnet"), [dll, .. arguments]);

    /// <summary>A server: nobody reads what it prints, and it has its own environment and signal.</summary>
    internal static ChildProcess StartServer(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, int stopSignal = Terminate)
    {
        var start = new ProcessStartInfo(program);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var child = Start(start, arguments, stopSignal);
        _ = child.KeepOutputAsync();
        return child;
    }

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    internal static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using var child = Start(new ProcessStartInfo(program), arguments);
        var output = await child.Output.ReadToEndAsync();
        return await child.WaitAsync() == 0 ? output : throw new InvalidOperationException($"{program} failed: {child.Errors}\n{output}");
    }

    internal async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _ = Kill(_process.Id, StopSignal);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(35));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static ChildProcess Start(ProcessStartInfo start, IEnumerable<string> arguments, int stopSignal = Terminate)
    {
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardInput, start.RedirectStandardError) = (false, true, true, true);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var child = new ChildProcess(Process.Start(start)!) { StopSignal = stopSignal };
        child._process.ErrorDataReceived += (_, line) => child.Remember(line.Data);
        child._process.BeginErrorReadLine();
        return child;
    }

    private async Task KeepOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) Remember(line);
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            if (_errors.Count < 200) _errors.Add(line);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
