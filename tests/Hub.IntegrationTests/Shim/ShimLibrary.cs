using System.Diagnostics;
using System.Runtime.Versioning;

namespace Hub.IntegrationTests.Shim;

/// <summary><c>shim.c</c>, compiled once a run: stands between a hub's process and libc.</summary>
[SupportedOSPlatform("linux")]
internal static class ShimLibrary
{
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>The environment that puts it before a process.</summary>
    /// <param name="settings">Its variables, which its source explains.</param>
    internal static async Task<Dictionary<string, string>> BeforeAsync(params (string Name, string Value)[] settings)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["LD_PRELOAD"] = await Built.Value };
        foreach (var (name, value) in settings) environment[name] = value;
        return environment;
    }

    private static async Task<string> BuildAsync()
    {
        // Other test runs beside this one may build it, too.
        var (library, built) = (Path.Combine(AppContext.BaseDirectory, "shim.so"), Path.Combine(AppContext.BaseDirectory, $"shim-{Environment.ProcessId}.so"));
        var source = Path.Combine(AppContext.BaseDirectory, "shim.c");
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-O2", "-Wall", "-shared", "-fPIC", "-o", built, source, "-ldl", "-lpthread"]) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        if (compiler.ExitCode != 0) throw new InvalidOperationException($"gcc failed: {said}");
        File.Move(built, library, overwrite: true);
        return library;
    }
}
