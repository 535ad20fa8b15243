using Hub.Adapters.Stores.Uploads;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Complete content in the database. It holds no connection between reads.</summary>
internal sealed class RelationalUploadStream(UploadRow row, string name, UploadCipher cipher, Func<ValueTask<UploadSession>> open)
    : UploadContentStream(row.Size, UploadAppend.ChunkBytes)
{
    private byte[]? _one;

    private protected override string Name => name;

    // Streams may be read by code that cannot await: it waits for the database as it would for a disk.
    private protected override int ReadChunk(long place, Span<byte> content)
    {
        var one = _one ??= new byte[UploadAppend.ChunkBytes];
        var length = Task.Run(() => ReadChunkAsync(place, one, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
        if (length > 0) one.AsSpan(0, length).CopyTo(content);
        return length;
    }

    private protected override async ValueTask<int> ReadChunkAsync(long place, Memory<byte> content, CancellationToken cancellationToken)
    {
        await using var session = await open();
        return await session.ReadChunkAsync(row.Number, (int)place, cipher, content);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) cipher.Dispose();
        base.Dispose(disposing);
    }
}
