using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hub.Benchmarks.Processes;

/// <summary>A process that this one started and ends by its id.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _errors = [];

    private ChildProcess(Process process) => _process = process;

    internal StreamReader Output => _process.StandardOutput;

    internal StreamWriter Input => _process.StandardInput;

    internal TimeSpan Cpu => _process.TotalProcessorTime;

    internal long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    internal static ChildProcess StartDotnet(string dll, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        start.ArgumentList.Add(dll);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var child = new ChildProcess(Process.Start(start)!);
        child._process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (child._errors)
            {
                if (child._errors.Count < 200) child._errors.Add(line.Data);
            }
        };
        child._process.BeginErrorReadLine();
        return child;
    }

    internal async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    internal string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _ = Kill(_process.Id, 15);
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

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
