using System.Buffers;
using Hub.Adapters.Stores.Uploads;

namespace Hub.Adapters.Stores.Files;

/// <summary>Complete content of a file.</summary>
internal sealed class UploadReadStream(UploadFile file, string path) : UploadContentStream(file.Size, UploadFile.ChunkBytes)
{
    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(UploadFile.SealedChunkBytes);
    private bool _disposed;

    private protected override string Name => path;

    private protected override int ReadChunk(long place, Span<byte> content) => file.ReadChunk(place, content, _sealed);

    private protected override ValueTask<int> ReadChunkAsync(long place, Memory<byte> content, CancellationToken cancellationToken) =>
        new(ReadChunk(place, content.Span));

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            file.Dispose();
            ArrayPool<byte>.Shared.Return(_sealed);
        }

        base.Dispose(disposing);
    }
}
