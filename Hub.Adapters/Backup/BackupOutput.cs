using System.Security.Cryptography;
using Hub.Adapters.Stores.Files;

namespace Hub.Adapters.Backup;

/// <summary>Writes the file of a backup: under <c>FILE.part</c>, synced, renamed, then read back.</summary>
/// <remarks>Failure policy: FILE is there only when it is whole and durable. What a kill leaves is <c>FILE.part</c>, which the next backup of that
/// name replaces. A file that is there is never replaced: it may be the only good one.</remarks>
public static class BackupOutput
{
    private const string PartSuffix = ".part";
    private const int BufferBytes = 256 << 10;

    /// <summary>Writes it.</summary>
    /// <param name="path">The file; it must not be there.</param>
    /// <param name="write">Writes the octets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Octets and SHA-256 (lower-case hexadecimal) of the file as it was read back.</returns>
    /// <exception cref="IOException">It is there already, could not be written, or is not what was written when it is read back.</exception>
    public static async Task<(long Octets, string Sha256)> WriteAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        path = Path.GetFullPath(path);
        if (File.Exists(path)) throw new IOException($"'{path}' is there already, and a backup replaces no file. Choose another name, e.g. one with the date.");
        var part = path + PartSuffix;
        try
        {
            var written = await WritePartAsync(part, write, cancellationToken);
            var read = await ReadAsync(part, cancellationToken);
            if (read != written) throw new IOException($"'{path}' read back is not what was written: do not trust that disk.");
            File.Move(part, path, overwrite: false);
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
            return read;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private static async Task<(long Octets, string Sha256)> WritePartAsync(string part, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        File.Delete(part);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = BufferBytes, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = DurableFile.OwnerOnlyFile;
        await using var file = new FileStream(part, options);
        await using var hashing = new HashedWriteStream(file);
        await write(hashing);
        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
        return (file.Length, hashing.Digest());
    }

    private static async Task<(long Octets, string Sha256)> ReadAsync(string part, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(part, new FileStreamOptions { BufferSize = BufferBytes, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        return (file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)));
    }
}
