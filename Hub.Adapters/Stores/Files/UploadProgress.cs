using System.Buffers;
using System.Security.Cryptography;
using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Files;

/// <summary>An unfinished upload: how much of it is there, and the digest so far. One append at a time.</summary>
internal sealed class UploadProgress : IDisposable
{
    private readonly UploadFile _file;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _offset;

    /// <summary>Reads back what an earlier process left: everything up to the first chunk that is damaged or cut short.</summary>
    internal UploadProgress(UploadFile file)
    {
        _file = file;
        using var buffers = new Buffers();
        var chunk = 0L;
        int length;
        while ((length = file.ReadChunk(chunk, buffers.Content, buffers.Sealed)) == UploadFile.ChunkBytes)
        {
            Count(buffers.Content[..length]);
            chunk++;
        }

        if (length > 0) Count(buffers.Content[..length]);
        else file.CutAfter(chunk);
    }

    internal long Size => _file.Size;

    internal long Offset => Volatile.Read(ref _offset);

    /// <summary>Appends content up to the promised size; what arrived before a failure of <paramref name="content"/> stays.</summary>
    /// <exception cref="ProblemException"><c>too-large</c>: there is more than was promised.</exception>
    /// <param name="content">The bytes to append.</param>
    /// <param name="requireRoom">Called before each write; throws when the disk has no room for it.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    internal async Task AppendAsync(Stream content, Action requireRoom, CancellationToken cancellationToken)
    {
        using var buffers = new Buffers();
        var (chunk, filled) = (Offset / UploadFile.ChunkBytes, (int)(Offset % UploadFile.ChunkBytes));
        if (filled > 0 && _file.ReadChunk(chunk, buffers.Content, buffers.Sealed) != filled)
            throw UploadRules.Altered();
        var unwritten = 0;
        try
        {
            while (true)
            {
                var room = (int)Math.Min(UploadFile.ChunkBytes - filled, Size - Offset - unwritten);
                if (room == 0 && await content.ReadAsync(buffers.Probe, cancellationToken) > 0)
                    throw UploadRules.TooMuch(Size);
                var read = room == 0 ? 0 : await content.ReadAsync(buffers.Memory.Slice(filled, room), cancellationToken);
                if (read == 0) break;
                requireRoom();
                filled += read;
                unwritten += read;
                if (filled < UploadFile.ChunkBytes) continue;
                Write(chunk++, buffers, filled, unwritten);
                filled = unwritten = 0;
            }
        }
        finally
        {
            if (unwritten > 0) Write(chunk, buffers, filled, unwritten);
        }
    }

    /// <summary>Whether the content has the digest; may be asked once, when all bytes are there.</summary>
    internal bool HasDigest(string sha256) => Convert.ToHexStringLower(_digest.GetHashAndReset()) == sha256;

    internal void Sync() => _file.Sync();

    public void Dispose()
    {
        _digest.Dispose();
        _file.Dispose();
    }

    private void Write(long chunk, Buffers buffers, int filled, int unwritten)
    {
        _file.WriteChunk(chunk, buffers.Content[..filled], buffers.Sealed);
        Count(buffers.Content.Slice(filled - unwritten, unwritten));
    }

    private void Count(ReadOnlySpan<byte> content)
    {
        _digest.AppendData(content);
        Volatile.Write(ref _offset, _offset + content.Length);
    }

    private sealed class Buffers : IDisposable
    {
        private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(UploadFile.ChunkBytes);
        private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(UploadFile.SealedChunkBytes);

        internal Memory<byte> Memory => _content;

        /// <summary>One byte outside the content.</summary>
        internal Memory<byte> Probe => _sealed.AsMemory(0, 1);

        internal Span<byte> Content => _content;

        internal Span<byte> Sealed => _sealed;

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_content, clearArray: true);
            ArrayPool<byte>.Shared.Return(_sealed);
        }
    }
}
