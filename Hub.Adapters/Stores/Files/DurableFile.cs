using System.Runtime.InteropServices;

namespace Hub.Adapters.Stores.Files;

/// <summary>Files that are either wholly there or not there, also after a power cut.</summary>
/// <remarks>Failure policy: content is written under a temporary name, synced, renamed, and the folder synced; a crash before
/// the rename leaves a <c>*.tmp</c> file that nobody reads. A failed sync throws: the caller must not promise anything.</remarks>
internal static partial class DurableFile
{
    internal const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;
    internal const UnixFileMode PublicFile = OwnerOnlyFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Creates a folder that only its owner may enter, and syncs its parent; nothing when it exists.</summary>
    internal static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnlyFolder);
        SyncFolder(parent);
    }

    /// <summary>Writes a whole file. With <paramref name="overwrite"/> false an existing one stays, and false is returned.</summary>
    internal static bool Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, bool overwrite)
    {
        if (!overwrite && File.Exists(path)) return false;
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            File.Delete(temporary);
            return false;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Makes the names in a folder durable: a new file's own sync does not (POSIX fsync). Nothing on Windows, whose
    /// file systems journal names.</summary>
    internal static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(path, 0);
        if (descriptor < 0) throw new IOException($"The folder '{path}' cannot be opened to sync it: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Sync(descriptor) != 0) throw new IOException($"The folder '{path}' cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
