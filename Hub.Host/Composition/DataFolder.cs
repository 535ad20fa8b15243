using System.Text;
using Hub.Adapters.Keys;
using Hub.Contracts.Problems;

namespace Hub.Host.Composition;

/// <summary>The names in a hub's data folder, and its lock. The folder is 0700: keys and bodies are in it.</summary>
internal sealed class DataFolder
{
    /// <summary>Longest path of a Unix socket that Linux and macOS both take, in bytes.</summary>
    private const int MaxSocketPath = 103;

    internal DataFolder(string directory) => Directory = Path.GetFullPath(directory);

    internal string Directory { get; }

    internal string SocketFile => Path.Combine(Directory, "hub.sock");

    private string UrlFile => Path.Combine(Directory, "hub.url");

    private string LockFile => Path.Combine(Directory, "hub.lock");

    /// <summary>Whether a hub was ever made here.</summary>
    /// <exception cref="UnauthorizedAccessException">Only the hub's owner may know.</exception>
    internal bool Exists => FileHubKeys.FindAddress(Directory) is not null;

    /// <summary>Whether a process holds the lock now.</summary>
    internal bool IsHeld
    {
        get
        {
            using var held = TryLock();
            return held is null;
        }
    }

    internal void Create()
    {
        if (Encoding.UTF8.GetByteCount(SocketFile) > MaxSocketPath)
            throw ProblemCode.InvalidRequest.With($"The path '{SocketFile}' is longer than a Unix socket may be ({MaxSocketPath} bytes). Choose a shorter --data.");
        if (OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(Directory);
        else System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Takes the exclusive lock; null when another process holds it. The system frees it when this process ends.</summary>
    internal FileStream? TryLock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException held) when (IsSharingViolation(held))
        {
            return null;
        }
    }

    /// <summary>Removes what a killed node left: a socket nobody listens on, an address nobody answers at. Only with the lock.</summary>
    internal void RemoveTraces()
    {
        File.Delete(SocketFile);
        File.Delete(UrlFile);
    }

    /// <summary>Tells where the hub answers, whole or not at all: others read the file as soon as it is there.</summary>
    internal async Task PublishUrlAsync(string url, CancellationToken cancellationToken)
    {
        var fresh = UrlFile + ".new";
        await File.WriteAllTextAsync(fresh, url + "\n", cancellationToken);
        File.Move(fresh, UrlFile, overwrite: true);
    }

    private static bool IsSharingViolation(IOException failure) =>
        OperatingSystem.IsWindows()
            ? (failure.HResult & 0xFFFF) is 32 or 33
            : failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException);
}
