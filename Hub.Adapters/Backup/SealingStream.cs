using System.Buffers.Binary;
using System.Security.Cryptography;
using Hub.Contracts.Sealing;

namespace Hub.Adapters.Backup;

/// <summary>Seals what is written to it (<see cref="BackupSeal"/>). Needs two chunks of memory, whatever the length. The file is whole
/// only after <see cref="FinishAsync"/>.</summary>
internal sealed class SealingStream : ForwardWriter
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private readonly byte[] _associated;
    private readonly byte[] _start;
    private readonly byte[] _plain = new byte[BackupSeal.ChunkBytes];
    private readonly byte[] _chunk = new byte[BackupSeal.LengthBytes + BackupSeal.ChunkBytes + BackupSeal.TagBytes];
    private int _filled;
    private long _number;

    internal SealingStream(Stream file, SealingKey recipient)
    {
        _file = file;
        (_start, var key) = BackupSeal.New(recipient);
        _cipher = new AesGcm(key, BackupSeal.TagBytes);
        CryptographicOperations.ZeroMemory(key);
        _associated = SHA256.HashData(_start);
    }

    /// <summary>Writes the start, so that whoever reads the file sees something at once.</summary>
    internal async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await _file.WriteAsync(_start, cancellationToken);
        await _file.FlushAsync(cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length) await SealAsync(last: false, cancellationToken);
            var taken = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..taken].CopyTo(_plain.AsMemory(_filled));
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    /// <summary>Seals the last chunk.</summary>
    internal async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await SealAsync(last: true, cancellationToken);
        await _file.FlushAsync(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private async ValueTask SealAsync(bool last, CancellationToken cancellationToken)
    {
        Seal(last);
        await _file.WriteAsync(_chunk.AsMemory(0, BackupSeal.LengthBytes + _filled + BackupSeal.TagBytes), cancellationToken);
        _filled = 0;
        _number++;
    }

    private void Seal(bool last)
    {
        Span<byte> nonce = stackalloc byte[BackupSeal.NonceBytes];
        BackupSeal.Nonce(_number, last, nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(_chunk, (uint)_filled | (last ? BackupSeal.LastMark : 0));
        var sealedPart = _chunk.AsSpan(BackupSeal.LengthBytes);
        _cipher.Encrypt(nonce, _plain.AsSpan(0, _filled), sealedPart[.._filled], sealedPart.Slice(_filled, BackupSeal.TagBytes), _associated);
    }
}
