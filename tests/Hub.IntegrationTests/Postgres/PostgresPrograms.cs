using System.Diagnostics;
using System.Globalization;

namespace Hub.IntegrationTests.Postgres;

/// <summary>The server's programs as Debian installs them. They refuse to run as root: root runs them as user <c>postgres</c>.</summary>
internal static class PostgresPrograms
{
    private const string User = "postgres";
    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;

    private static readonly Lazy<string> Folder = new(() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin"))
                .Where(static bin => File.Exists(Path.Combine(bin, "initdb")))
                .MaxBy(static bin => double.Parse(Path.GetFileName(Path.GetDirectoryName(bin)!), CultureInfo.InvariantCulture))
              ?? throw Missing()
            : throw Missing());

    /// <summary>The words that start a program in the place of the process they run in, so that its id stays the same.</summary>
    internal static IReadOnlyList<string> Words(string program, params IEnumerable<string> arguments) =>
        IsRoot ? ["setpriv", "--reuid", User, "--regid", User, "--init-groups", "--", Path.Combine(Folder.Value, program), .. arguments]
            : [Path.Combine(Folder.Value, program), .. arguments];

    /// <summary>Runs a program to its end.</summary>
    internal static Task RunAsync(string program, string folder, params IEnumerable<string> arguments) => RunWordsAsync(Words(program, arguments), folder);

    /// <summary>Gives a folder and all in it to the user that the server runs as.</summary>
    internal static Task GiveAsync(string folder) => IsRoot ? RunWordsAsync(["chown", "-R", $"{User}:{User}", folder], folder) : Task.CompletedTask;

    /// <summary>Frees a System V segment that a killed server left; nothing when it is gone.</summary>
    internal static async Task FreeSegmentAsync(string id)
    {
        using var process = Start(["ipcrm", "-m", id], Path.GetTempPath());
        _ = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
    }

    private static async Task RunWordsAsync(IReadOnlyList<string> words, string folder)
    {
        using var process = Start(words, folder);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}: {errors}{await output}");
    }

    private static Process Start(IReadOnlyList<string> words, string folder)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1)) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        return Process.Start(start)!;
    }

    private static InvalidOperationException Missing() => new("PostgreSQL's server programs are not in /usr/lib/postgresql/*/bin: install Debian's package 'postgresql' (test.sh does).");
}
