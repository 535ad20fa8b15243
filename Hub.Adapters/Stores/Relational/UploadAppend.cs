using System.Buffers;
using System.Security.Cryptography;
using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>One append to one upload: content goes to the database chunk by chunk, each only if nobody else has appended since.</summary>
/// <param name="row">Where the upload stood.</param>
/// <param name="cipher">Seals its chunks.</param>
/// <param name="digest">Its digest so far; null when this node does not know it.</param>
internal sealed class UploadAppend(UploadRow row, UploadCipher cipher, IncrementalHash? digest) : IDisposable
{
    /// <summary>Content bytes of every chunk but the last.</summary>
    internal const int ChunkBytes = 256 << 10;

    private IncrementalHash? _digest = digest;
    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(ChunkBytes + UploadCipher.Overhead);

    /// <summary>Bytes that are in the database.</summary>
    internal long Received { get; private set; } = row.Received;

    /// <summary>Appends up to the promised size; what arrived before a failure of <paramref name="content"/> stays.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="open">Gives a session; its own end is not bound to the caller's patience.</param>
    /// <param name="clock">When the upload was touched.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    /// <exception cref="ProblemException"><c>too-large</c>; <c>invalid-request</c> when somebody else appended meanwhile.</exception>
    internal async Task RunAsync(Stream content, Func<ValueTask<UploadSession>> open, TimeProvider clock, CancellationToken cancellationToken)
    {
        var filled = (int)(Received % ChunkBytes);
        if (filled > 0)
        {
            await using var session = await open();
            if (await session.ReadChunkAsync(row.Number, Place, cipher, _content) != filled) throw UploadRules.Altered();
        }

        var unwritten = 0;
        try
        {
            while (true)
            {
                var room = (int)Math.Min(ChunkBytes - filled, row.Size - Received - unwritten);
                if (room == 0 && await content.ReadAsync(_sealed.AsMemory(0, 1), cancellationToken) > 0) throw UploadRules.TooMuch(row.Size);
                var read = room == 0 ? 0 : await content.ReadAsync(_content.AsMemory(filled, room), cancellationToken);
                if (read == 0) break;
                filled += read;
                unwritten += read;
                if (filled < ChunkBytes) continue;
                var full = unwritten;
                unwritten = 0;
                await WriteAsync(filled, full, open, clock);
                filled = 0;
            }
        }
        finally
        {
            if (unwritten > 0) await WriteAsync(filled, unwritten, open, clock);
        }
    }

    /// <summary>Whether all that is there has the digest; read back when this node has not seen all of it.</summary>
    internal async ValueTask<bool> HasDigestAsync(string sha256, Func<ValueTask<UploadSession>> open)
    {
        using var known = _digest ?? await ReadBackAsync(open);
        _digest = null;
        return Convert.ToHexStringLower(known.GetHashAndReset()) == sha256;
    }

    /// <summary>The digest so far, which is the caller's from here on.</summary>
    internal IncrementalHash? TakeDigest()
    {
        var taken = _digest;
        _digest = null;
        return taken;
    }

    public void Dispose()
    {
        _digest?.Dispose();
        cipher.Dispose();
        ArrayPool<byte>.Shared.Return(_content, clearArray: true);
        ArrayPool<byte>.Shared.Return(_sealed);
    }

    private int Place => (int)(Received / ChunkBytes);

    private async Task WriteAsync(int filled, int unwritten, Func<ValueTask<UploadSession>> open, TimeProvider clock)
    {
        var length = cipher.Seal(Place, _content.AsSpan(0, filled), _sealed);
        await using var session = await open();
        if (!await session.AppendAsync(row.Number, Received, Received + unwritten, clock.GetUtcNow(), Place, new ArraySegment<byte>(_sealed, 0, length)))
            throw new StoreConflictException("Somebody else appended to this upload.");
        _digest?.AppendData(_content, filled - unwritten, unwritten);
        Received += unwritten;
    }

    private async ValueTask<IncrementalHash> ReadBackAsync(Func<ValueTask<UploadSession>> open)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var session = await open();
        for (var offset = 0L; offset < Received; offset += ChunkBytes)
        {
            var length = (int)Math.Min(ChunkBytes, Received - offset);
            if (await session.ReadChunkAsync(row.Number, (int)(offset / ChunkBytes), cipher, _content) != length) throw UploadRules.Altered();
            hash.AppendData(_content, 0, length);
        }

        return hash;
    }
}
