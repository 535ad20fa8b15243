using System.Diagnostics;

namespace Hub.Host.Demo.Processes;

/// <summary>This very program as a child process, whichever way it was started.</summary>
internal static class HubProgram
{
    /// <summary>Runs one command to its end.</summary>
    public static async Task<CommandOutcome> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = new Process { StartInfo = StartInfo(arguments) };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new CommandOutcome(string.Join(' ', arguments), process.ExitCode, await output, await error);
    }

    /// <summary>How to start a command, with its streams redirected.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var own = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var assembly = typeof(HubProgram).Assembly.Location;
        var byRuntime = Path.GetFileNameWithoutExtension(own) != Path.GetFileNameWithoutExtension(assembly) && assembly.Length > 0;
        return new ProcessStartInfo(own, byRuntime ? [assembly, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}

/// <summary>How a command ended.</summary>
/// <param name="Command">Its arguments.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to stdout.</param>
/// <param name="Error">What it wrote to stderr.</param>
internal sealed record CommandOutcome(string Command, int ExitCode, string Output, string Error);
