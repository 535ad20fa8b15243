using System.Diagnostics;
using System.Globalization;

namespace Hub.IntegrationTests.Postgres;

/// <summary>A running postmaster under a guard: a shell that passes on the signal it is told, and that ends the server and deletes its
/// folder when the tests die without a word.</summary>
internal sealed class PostgresProcess : IDisposable
{
    private const string Guard = """
        trap '' TERM INT HUP
        folder=$1; shift
        "$@" 2>>"$folder/log" >&2 & server=$!
        echo $server
        if read -r signal; then kill -s "$signal" $server; wait $server; exit 0; fi
        kill -s QUIT $server; wait $server; rm -rf "$folder"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _guard;

    private PostgresProcess(Process guard, int id) => (_guard, Id) = (guard, id);

    /// <summary>The postmaster's.</summary>
    internal int Id { get; }

    /// <summary>Starts a server on its data and waits until it takes connections.</summary>
    internal static async Task<PostgresProcess> StartAsync(string folder, string data)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var start = new ProcessStartInfo("sh", ["-c", Guard, "sh", folder, .. PostgresPrograms.Words("postgres", "-D", data)])
            {
                WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
            };
            var guard = Process.Start(start)!;
            var running = new PostgresProcess(guard, int.Parse((await guard.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
            while (running.IsAlive && waited.Elapsed < Patience)
            {
                if (IsReady(data, running.Id)) return running;
                await Task.Delay(20);
            }

            // Children of a killed server hold its memory a moment longer: it does not start before they are gone.
            await running.EndAsync("QUIT");
            running.Dispose();
            if (waited.Elapsed > Patience) throw new InvalidOperationException($"PostgreSQL did not start: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
            await Task.Delay(100);
        }
    }

    /// <summary>Sends a signal (INT stops fast, QUIT at once, KILL leaves everything as it lies) and waits for the postmaster's end.</summary>
    internal async Task EndAsync(string signal)
    {
        try
        {
            await _guard.StandardInput.WriteLineAsync(signal);
            await _guard.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The guard was told before.
        }

        using var timeout = new CancellationTokenSource(Patience);
        await _guard.WaitForExitAsync(timeout.Token);
    }

    /// <summary>What the guard sees when the tests are killed: a signal to their group, and its input ends without a word.</summary>
    internal async Task AbandonAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _guard.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        _guard.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Patience);
        await _guard.WaitForExitAsync(timeout.Token);
    }

    public void Dispose() => _guard.Dispose();

    private bool IsAlive => File.Exists($"/proc/{Id}/stat") && !File.ReadAllText($"/proc/{Id}/stat").Contains(") Z ", StringComparison.Ordinal);

    // The last line of its own file says so once it is.
    private static bool IsReady(string data, int id)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(data, "postmaster.pid"));
            return lines.Length >= 8 && int.Parse(lines[0], CultureInfo.InvariantCulture) == id && lines[7].Trim() is "ready" or "standby";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
