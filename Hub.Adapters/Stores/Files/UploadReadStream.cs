using System.Buffers;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Files;

/// <summary>Complete content, decrypted chunk by chunk as it is read. Seekable; one reader at a time.</summary>
internal sealed class UploadReadStream(UploadFile file, string path) : Stream
{
    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(UploadFile.ChunkBytes);
    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(UploadFile.SealedChunkBytes);
    private long _chunk = -1;
    private long _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => file.Size;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <exception cref="ProblemException"><c>internal-error</c>: a chunk is damaged or missing on disk.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_position >= Length || buffer.IsEmpty) return 0;
        var chunk = _position / UploadFile.ChunkBytes;
        var length = (int)Math.Min(UploadFile.ChunkBytes, Length - (chunk * UploadFile.ChunkBytes));
        if (chunk != _chunk)
        {
            _chunk = -1;
            if (file.ReadChunk(chunk, _content, _sealed) != length)
                throw ProblemCode.InternalError.With($"The stored upload '{path}' is damaged at chunk {chunk}. Restore it from a backup, or delete it and upload again.");
            _chunk = chunk;
        }

        var from = (int)(_position % UploadFile.ChunkBytes);
        var count = Math.Min(buffer.Length, length - from);
        _content.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = offset + (origin switch { SeekOrigin.Current => _position, SeekOrigin.End => Length, _ => 0 });
        ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(offset));
        return _position = position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            file.Dispose();
            ArrayPool<byte>.Shared.Return(_content, clearArray: true);
            ArrayPool<byte>.Shared.Return(_sealed);
        }

        base.Dispose(disposing);
    }
}
