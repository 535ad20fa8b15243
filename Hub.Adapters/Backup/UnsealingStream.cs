using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Hub.Contracts.Sealing;

namespace Hub.Adapters.Backup;

/// <summary>Opens what <see cref="SealingStream"/> sealed, chunk by chunk: nothing is given out that was not proven. Reading to the end proves
/// that nothing is missing.</summary>
internal sealed class UnsealingStream : ForwardReader
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private readonly byte[] _associated;
    private readonly byte[] _plain = new byte[BackupSeal.ChunkBytes];
    private readonly byte[] _chunk = new byte[BackupSeal.ChunkBytes + BackupSeal.TagBytes];
    private int _filled;
    private int _given;
    private long _number;
    private bool _last;

    private UnsealingStream(Stream file, byte[] start, byte[] key)
    {
        _file = file;
        _cipher = new AesGcm(key, BackupSeal.TagBytes);
        CryptographicOperations.ZeroMemory(key);
        _associated = SHA256.HashData(start);
    }

    /// <exception cref="InvalidDataException">Not a backup, or not one for this key.</exception>
    internal static async ValueTask<UnsealingStream> OpenAsync(Stream file, UnsealingKey recipient, CancellationToken cancellationToken)
    {
        var (start, key) = await BackupSeal.OpenAsync(file, recipient, cancellationToken);
        return new UnsealingStream(file, start, key);
    }

    /// <exception cref="InvalidDataException">The next chunk is altered, missing, or not the next one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _filled && !_last) await NextAsync(cancellationToken);
        var taken = Math.Min(buffer.Length, _filled - _given);
        _plain.AsMemory(_given, taken).CopyTo(buffer);
        _given += taken;
        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private async ValueTask NextAsync(CancellationToken cancellationToken)
    {
        var length = new byte[BackupSeal.LengthBytes];
        if (await _file.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken) < length.Length) throw CutShort();
        var marked = BinaryPrimitives.ReadUInt32LittleEndian(length);
        var (octets, last) = ((int)(marked & ~BackupSeal.LastMark), (marked & BackupSeal.LastMark) != 0);
        if (octets > BackupSeal.ChunkBytes || (!last && octets != BackupSeal.ChunkBytes)) throw Altered();
        var sealedChunk = _chunk.AsMemory(0, octets + BackupSeal.TagBytes);
        if (await _file.ReadAtLeastAsync(sealedChunk, sealedChunk.Length, throwOnEndOfStream: false, cancellationToken) < sealedChunk.Length) throw CutShort();
        Open(sealedChunk.Span, octets, last);
        if (last && await _file.ReadAsync(length.AsMemory(0, 1), cancellationToken) > 0) throw new InvalidDataException("The backup goes on behind its last chunk: something was added to it.");
        (_filled, _given, _last) = (octets, 0, last);
        _number++;
    }

    private void Open(ReadOnlySpan<byte> sealedChunk, int octets, bool last)
    {
        Span<byte> nonce = stackalloc byte[BackupSeal.NonceBytes];
        BackupSeal.Nonce(_number, last, nonce);
        try
        {
            _cipher.Decrypt(nonce, sealedChunk[..octets], sealedChunk[octets..], _plain.AsSpan(0, octets), _associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Altered();
        }
    }

    private InvalidDataException CutShort() => new(string.Create(CultureInfo.InvariantCulture,
        $"The backup is cut short: chunk {_number} (of {BackupSeal.ChunkBytes} octets each) is not whole or missing."));

    private InvalidDataException Altered() => new(string.Create(CultureInfo.InvariantCulture,
        $"The backup was altered or damaged: chunk {_number} (of {BackupSeal.ChunkBytes} octets each) is not the one that was sealed there."));
}
