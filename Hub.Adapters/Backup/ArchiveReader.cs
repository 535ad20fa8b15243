using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Backup;

/// <summary>Reads what <see cref="ArchiveWriter"/> wrote, front to back, and holds every file against the manifest at the end.</summary>
internal sealed class ArchiveReader(Stream input)
{
    private const int MaxName = 200;
    private const int MaxManifest = 256 << 20;
    private readonly List<BackupFile> _files = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private ArchiveContent? _open;
    private string _name = "";
    private byte[] _manifest = [];
    private byte[]? _signature;

    /// <summary>The manifest, once everything was read.</summary>
    internal BackupManifest? Manifest { get; private set; }

    /// <summary>Whether a key made the signature over the manifest.</summary>
    internal bool IsSignedBy(VerificationKey statement) => _signature is not null && BackupSignature.Verifies(_manifest, _signature, statement);

    /// <summary>The next file; what was not read of the one before is read now. Null at the end, when everything was as the manifest says.</summary>
    /// <exception cref="InvalidDataException">Not what a hub wrote, or not whole.</exception>
    internal async ValueTask<(string Name, ArchiveContent Content)?> NextAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken);
        while (true)
        {
            if (await NameAsync(cancellationToken) is not { } name)
            {
                await EndAsync(cancellationToken);
                return null;
            }

            if (Manifest is not null && (name != BackupSignature.Name || _signature is not null)) throw new InvalidDataException("The backup goes on behind its manifest.");
            var length = BinaryPrimitives.ReadInt64LittleEndian(await ExactlyAsync(sizeof(long), cancellationToken));
            if (Manifest is not null)
            {
                if (length != BackupSignature.Length) throw new InvalidDataException($"The signature of the backup's manifest has {length} bytes, not {BackupSignature.Length}.");
                _signature = await ExactlyAsync(BackupSignature.Length, cancellationToken);
                continue;
            }

            if (!BackupNames.IsKnown(name) || length < 0 || !_names.Add(name)) throw new InvalidDataException($"The backup holds '{name}' of {length} bytes, which no hub writes there.");
            (_name, _open) = (name, new ArchiveContent(input, length));
            if (name != BackupManifest.Name) return (name, _open);
            if (length > MaxManifest) throw new InvalidDataException($"The backup's manifest has {length} bytes; the limit is {MaxManifest}.");
            await ReadManifestAsync((int)length, cancellationToken);
        }
    }

    private async ValueTask ReadManifestAsync(int length, CancellationToken cancellationToken)
    {
        _open = null;
        try
        {
            _manifest = await ExactlyAsync(length, cancellationToken);
            Manifest = JsonSerializer.Deserialize<BackupManifest>(_manifest, ArchiveWriter.Json);
        }
        catch (JsonException unreadable)
        {
            throw new InvalidDataException($"The backup's manifest cannot be read: {unreadable.Message}", unreadable);
        }

        if (Manifest is null) throw new InvalidDataException("The backup's manifest is empty.");
        if (!Manifest.Files.SequenceEqual(_files))
        {
            var wrong = Manifest.Files.Except(_files).Concat(_files.Except(Manifest.Files)).First();
            throw new InvalidDataException($"'{wrong.Name}' in the backup is not what its manifest says.");
        }
    }

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (Manifest is null) throw new InvalidDataException("The backup has no manifest.");
        if (_signature is null) throw new InvalidDataException("The backup's manifest is not signed: no hub wrote it.");
        // Only the end of the sealed stream proves that nothing is missing.
        if (await input.ReadAsync(new byte[1], cancellationToken) > 0) throw new InvalidDataException("The backup goes on behind its end.");
    }

    private async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_open is null) return;
        _files.Add(new BackupFile(_name, _open.Length, await _open.DigestAsync(cancellationToken)));
        _open = null;
    }

    private async ValueTask<string?> NameAsync(CancellationToken cancellationToken)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(await ExactlyAsync(2, cancellationToken));
        if (length == 0) return null;
        if (length > MaxName) throw new InvalidDataException($"The backup holds a name of {length} characters.");
        return Encoding.ASCII.GetString(await ExactlyAsync(length, cancellationToken));
    }

    private async ValueTask<byte[]> ExactlyAsync(int length, CancellationToken cancellationToken)
    {
        var octets = new byte[length];
        return await input.ReadAtLeastAsync(octets, length, throwOnEndOfStream: false, cancellationToken) == length
            ? octets
            : throw new InvalidDataException("The backup ends before its end.");
    }
}

/// <summary>The octets of one file of an archive, hashed on the way.</summary>
internal sealed class ArchiveContent(Stream input, long length) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _left = length;

    internal long Length { get; } = length;

    /// <summary>Reads some octets; 0 at the file's end.</summary>
    internal async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(buffer.Length, _left);
        if (wanted == 0) return 0;
        var read = await input.ReadAsync(buffer[..wanted], cancellationToken);
        if (read == 0) throw new InvalidDataException("The backup ends within a file.");
        _hash.AppendData(buffer.Span[..read]);
        _left -= read;
        return read;
    }

    /// <summary>Fills a buffer; fewer octets only at the file's end.</summary>
    internal async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await ReadAsync(buffer[filled..], cancellationToken);
            if (read == 0) break;
            filled += read;
        }

        return filled;
    }

    internal async ValueTask CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 << 10];
        for (int read; (read = await ReadAsync(buffer, cancellationToken)) > 0;) await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }

    /// <summary>The SHA-256 of the whole file; what was not read yet is read.</summary>
    internal async ValueTask<string> DigestAsync(CancellationToken cancellationToken)
    {
        await CopyToAsync(Stream.Null, cancellationToken);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();
}
