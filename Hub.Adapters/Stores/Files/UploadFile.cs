using System.Buffers.Binary;
using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Problems;
using Microsoft.Win32.SafeHandles;

namespace Hub.Adapters.Stores.Files;

/// <summary>The file of one upload: the bytes <c>HBU1</c>, the promised size (int64, little-endian), the file's wrapped data
/// key, then chunks of 64 KiB of content, each sealed (<see cref="UploadCipher"/>).</summary>
/// <remarks>The last chunk is written again, under a fresh nonce, while it grows; one torn by a crash fails its tag and is
/// given up, so an upload goes on from a chunk's beginning.</remarks>
internal sealed class UploadFile : IDisposable
{
    internal const int ChunkBytes = 64 << 10;
    internal const int SealedChunkBytes = ChunkBytes + UploadCipher.Overhead;
    private const int HeaderBytes = 4 + sizeof(long) + KeyWrap.WrappedBytes;
    private readonly SafeFileHandle _handle;
    private readonly UploadCipher _cipher;

    private UploadFile(SafeFileHandle handle, UploadCipher cipher, long size)
    {
        _handle = handle;
        _cipher = cipher;
        Size = size;
    }

    private static ReadOnlySpan<byte> Magic => "HBU1"u8;

    /// <summary>Promised size of the content.</summary>
    internal long Size { get; }

    internal static void Create(string path, ReadOnlySpan<byte> hubKey, string name, long size)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[4..], size);
        UploadCipher.NewKey(hubKey, name, size, header[12..]);
        DurableFile.Write(path, header, DurableFile.OwnerOnlyFile, overwrite: false);
    }

    /// <summary>Opens a file; null when there is none.</summary>
    /// <exception cref="ProblemException"><c>internal-error</c>: its header is damaged, or it was written with another data key.</exception>
    internal static UploadFile? Open(string path, ReadOnlySpan<byte> hubKey, string name, FileAccess access)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        var read = RandomAccess.Read(handle, header, 0);
        var size = BinaryPrimitives.ReadInt64LittleEndian(header[4..]);
        if (read != HeaderBytes || !header.StartsWith(Magic) || UploadCipher.Open(hubKey, name, size, header[12..]) is not { } cipher)
        {
            handle.Dispose();
            throw ProblemCode.InternalError.With($"The stored upload '{path}' cannot be opened: it is damaged, or keys/data.key is not the one it was written with. Restore it from a backup, or delete it and upload again.");
        }

        return new UploadFile(handle, cipher, size);
    }

    /// <summary>The size that a file's header promises; 0 when it is gone or has none. Not proven: see <see cref="Open"/>.</summary>
    internal static long PromisedSize(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[4 + sizeof(long)];
            return RandomAccess.Read(handle, start, 0) == start.Length && start.StartsWith(Magic) ? BinaryPrimitives.ReadInt64LittleEndian(start[4..]) : 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>Deletes a file after overwriting its wrapped key, so that no remains of it on the disk can be decrypted.</summary>
    internal static void Destroy(string path)
    {
        if (!File.Exists(path)) return;
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            RandomAccess.Write(handle, new byte[HeaderBytes], 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Delete(path);
    }

    /// <summary>Reads a chunk; the number of its bytes, or −1 when it is damaged or cut short.</summary>
    /// <param name="index">Zero-based.</param>
    /// <param name="content">Receives the content; at least <see cref="ChunkBytes"/>.</param>
    /// <param name="scratch">At least <see cref="SealedChunkBytes"/>.</param>
    internal int ReadChunk(long index, Span<byte> content, Span<byte> scratch)
    {
        var read = 0;
        while (read < SealedChunkBytes)
        {
            var more = RandomAccess.Read(_handle, scratch[read..SealedChunkBytes], Place(index) + read);
            if (more == 0) break;
            read += more;
        }

        return read == 0 ? 0 : _cipher.Open(index, scratch[..read], content);
    }

    internal void WriteChunk(long index, ReadOnlySpan<byte> content, Span<byte> scratch)
    {
        var length = _cipher.Seal(index, content, scratch);
        RandomAccess.Write(_handle, scratch[..length], Place(index));
    }

    /// <summary>Cuts the file behind a number of whole chunks.</summary>
    internal void CutAfter(long chunks) => RandomAccess.SetLength(_handle, Place(chunks));

    internal void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose()
    {
        _cipher.Dispose();
        _handle.Dispose();
    }

    private static long Place(long index) => HeaderBytes + (index * SealedChunkBytes);
}
