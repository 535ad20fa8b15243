using System.Buffers;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Uploads;

/// <summary>Complete content, opened chunk by chunk as it is read. Seekable; one reader at a time.</summary>
/// <param name="size">Bytes in all.</param>
/// <param name="chunkBytes">Content bytes of each chunk but the last.</param>
internal abstract class UploadContentStream(long size, int chunkBytes) : Stream
{
    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(chunkBytes);
    private long _chunk = -1;
    private long _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <exception cref="ProblemException"><c>internal-error</c>: a chunk is damaged or missing.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (IsAtEnd(buffer.Length)) return 0;
        if (Chunk != _chunk) Took(ReadChunk(Chunk, _content));
        return Give(buffer);
    }

    /// <exception cref="ProblemException"><c>internal-error</c>: a chunk is damaged or missing.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsAtEnd(buffer.Length)) return 0;
        if (Chunk != _chunk) Took(await ReadChunkAsync(Chunk, _content, cancellationToken));
        return Give(buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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

    /// <summary>Reads a chunk; the number of its bytes, or −1 when it is damaged.</summary>
    private protected abstract int ReadChunk(long place, Span<byte> content);

    /// <summary>Reads a chunk; the number of its bytes, or −1 when it is damaged.</summary>
    private protected abstract ValueTask<int> ReadChunkAsync(long place, Memory<byte> content, CancellationToken cancellationToken);

    /// <summary>What an operator knows it by.</summary>
    private protected abstract string Name { get; }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_content, clearArray: true);
        }

        base.Dispose(disposing);
    }

    private long Chunk => _position / chunkBytes;

    private bool IsAtEnd(int wanted)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _position >= Length || wanted == 0;
    }

    private void Took(int length)
    {
        _chunk = -1;
        if (length != Math.Min(chunkBytes, size - (Chunk * chunkBytes)))
            throw ProblemCode.InternalError.With($"The stored upload '{Name}' is damaged at chunk {Chunk}. Restore it from a backup, or delete it and upload again.");
        _chunk = Chunk;
    }

    private int Give(Span<byte> buffer)
    {
        var from = (int)(_position % chunkBytes);
        var length = (int)Math.Min(chunkBytes, size - (_chunk * chunkBytes));
        var count = Math.Min(buffer.Length, length - from);
        _content.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
