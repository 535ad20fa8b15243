using System.Diagnostics;
using System.Text;

namespace Hub.IntegrationTests.Docs;

/// <summary>A guide of <c>docs/</c> as its reader follows it: the shell blocks in order, in one shell and folder.</summary>
internal sealed class Guide
{
    private readonly List<string> _parts = [];

    /// <summary>Reads a guide; an HTML comment on a line of its own starts a new part.</summary>
    internal Guide(string name)
    {
        var part = new StringBuilder();
        var inside = false;
        foreach (var line in File.ReadLines(Path.Combine(Repository, "docs", name)))
        {
            if (!inside && line.StartsWith("<!--", StringComparison.Ordinal))
            {
                _parts.Add(part.ToString());
                part.Clear();
            }
            else if (line == "```sh") inside = true;
            else if (line == "```") inside = false;
            else if (inside) part.Append(line).Append('\n');
        }

        _parts.Add(part.ToString());
    }

    internal int Parts => _parts.Count;

    internal static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Hub.sln"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    /// <summary>Runs one part with bash; the test fails with everything printed when any command fails.</summary>
    /// <param name="part">Which one.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="variables">What its reader has set.</param>
    /// <param name="adapt">What its reader writes otherwise, such as a port that is free.</param>
    internal async Task RunAsync(int part, string folder, IReadOnlyDictionary<string, string> variables, Func<string, string>? adapt = null)
    {
        var text = adapt is null ? _parts[part] : adapt(_parts[part]);
        var program = Path.Combine(folder, ".bin", "hub");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        if (!File.Exists(program)) await File.WriteAllTextAsync(program, "#!/bin/sh\nexec dotnet \"$HUB_DLL\" \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var script = new StringBuilder("set -euo pipefail\n").Append("PATH=\"$PWD/.bin:$PATH\"\n").Append(text);
        var start = new ProcessStartInfo("bash", ["-c", script.ToString()])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HUB_DLL"] = Processes.HubProcess.HubDll;
        start.Environment["DOCS"] = Path.Combine(Repository, "docs");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{await output}\n--- stderr\n{await error}");
        TestContext.Out.WriteLine(await output);
    }
}
