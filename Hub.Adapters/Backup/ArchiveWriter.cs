using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Backup;

/// <summary>Writes files one after the other: length of the name (uint16, little-endian), name, length (int64), octets; then the manifest, its
/// signature, and a name of length 0.</summary>
internal sealed class ArchiveWriter(Stream output)
{
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };
    private const int BufferBytes = 256 << 10;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly List<BackupFile> _files = [];

    internal IReadOnlyList<BackupFile> Files => _files;

    /// <summary>Writes the first octets of a stream as a file.</summary>
    /// <exception cref="IOException">The stream has fewer.</exception>
    internal async ValueTask AddAsync(string name, Stream content, long length, CancellationToken cancellationToken)
    {
        await StartAsync(name, length, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var left = length; left > 0;)
        {
            var read = await content.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(left, _buffer.Length)), cancellationToken);
            if (read == 0) throw new IOException($"'{name}' ended {left} bytes before it should: it was cut while it was copied.");
            hash.AppendData(_buffer, 0, read);
            await output.WriteAsync(_buffer.AsMemory(0, read), cancellationToken);
            left -= read;
        }

        _files.Add(new BackupFile(name, length, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    internal async ValueTask AddAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content, writable: false);
        await AddAsync(name, stream, content.Length, cancellationToken);
    }

    internal async ValueTask FinishAsync(BackupManifest manifest, ISigner statement, CancellationToken cancellationToken)
    {
        var octets = JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
        await AddAsync(BackupManifest.Name, octets, cancellationToken);
        await AddAsync(BackupSignature.Name, await BackupSignature.SignAsync(octets, statement, cancellationToken), cancellationToken);
        await output.WriteAsync(new byte[2], cancellationToken);
    }

    private async ValueTask StartAsync(string name, long length, CancellationToken cancellationToken)
    {
        var text = Encoding.ASCII.GetBytes(name);
        var start = new byte[2 + text.Length + sizeof(long)];
        BinaryPrimitives.WriteUInt16LittleEndian(start, (ushort)text.Length);
        text.CopyTo(start, 2);
        BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(2 + text.Length), length);
        await output.WriteAsync(start, cancellationToken);
    }
}
