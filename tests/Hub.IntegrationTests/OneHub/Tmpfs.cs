using System.Diagnostics;
using System.Runtime.Versioning;

namespace Hub.IntegrationTests.OneHub;

/// <summary>A small disk of its own, in memory. Needs root.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Tmpfs : IAsyncDisposable
{
    private Tmpfs(string path) => Path = path;

    internal string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    internal static async Task<Tmpfs> MountAsync(string size)
    {
        if (Environment.UserName != "root") Assert.Ignore("Only root may mount a disk.");
        var disk = new Tmpfs(Directory.CreateTempSubdirectory("hub-disk-").FullName);
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", disk.Path);
        return disk;
    }

    /// <summary>Takes all the room there is but some.</summary>
    /// <param name="left">Octets left; 0: none at all.</param>
    internal async Task FillAsync(long left)
    {
        var octets = new byte[4096];
        await using var file = new FileStream(Filler, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            while (left == 0 || new DriveInfo(Path).AvailableFreeSpace > left) await file.WriteAsync(octets);
        }
        catch (IOException) when (left == 0)
        {
            // Full.
        }
    }

    internal void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static async Task RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {said}");
    }
}
