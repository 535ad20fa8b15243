using System.Buffers.Binary;
using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;

namespace Hub.Adapters.Backup;

/// <summary>How a backup is sealed. A file begins with the bytes <c>HUBBAK1\n</c>, the length of a JWE (uint16, little-endian) and that JWE
/// (RFC 7516, compact), which holds the file's own key of 32 bytes for one recipient. Then chunks: length (uint32, little-endian; its
/// highest bit marks the last chunk), ciphertext and 16-byte tag of AES-256-GCM.</summary>
/// <remarks>The nonce is the mark of the last chunk (4 bytes) and the chunk's number (8 bytes, big-endian), associated data the SHA-256 of all
/// that stands before the first chunk: a chunk that is altered, moved, left out, taken from another file, or missing at the end is found. A
/// key seals one file only, so no nonce comes twice. The seal says nothing of who made the file: <see cref="BackupSignature"/> does.</remarks>
internal static class BackupSeal
{
    /// <summary>Octets in every chunk but the last.</summary>
    internal const int ChunkBytes = 1 << 20;

    internal const int TagBytes = 16;
    internal const int NonceBytes = 12;
    internal const int LengthBytes = 4;
    internal const uint LastMark = 1u << 31;
    private const int KeyBytes = 32;
    private const int MaxJwe = 4_096;
    private const string KeyType = "application/vnd.hub.backup-key";

    private static ReadOnlySpan<byte> Magic => "HUBBAK1\n"u8;

    /// <summary>Makes the start of a file and its key.</summary>
    internal static (byte[] Start, byte[] Key) New(SealingKey recipient)
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var jwe = Jwe.Seal(key, KeyType, [recipient]);
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)jwe.Length));
        return ([.. Magic, .. length, .. jwe], key);
    }

    /// <summary>Reads the start of a file and opens its key.</summary>
    /// <exception cref="InvalidDataException">Not a backup, or not one for this key.</exception>
    internal static async ValueTask<(byte[] Start, byte[] Key)> OpenAsync(Stream file, UnsealingKey key, CancellationToken cancellationToken)
    {
        var start = new byte[Magic.Length + 2];
        if (await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken) < start.Length || !start.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("This file is no backup of a hub: it does not begin as one.");
        var jwe = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(Magic.Length))];
        if (jwe.Length > MaxJwe || await file.ReadAtLeastAsync(jwe, jwe.Length, throwOnEndOfStream: false, cancellationToken) < jwe.Length)
            throw new InvalidDataException("The backup is cut short: its start is not whole.");
        try
        {
            var opened = Jwe.Open(jwe, [key]).Data.ToArray();
            return opened.Length == KeyBytes ? ([.. start, .. jwe], opened) : throw new InvalidDataException("The backup's start holds no key of 32 bytes.");
        }
        catch (ProblemException closed)
        {
            throw new InvalidDataException($"The backup cannot be opened with this key: it was made for another recipient, or its start was altered. {closed.Message}", closed);
        }
    }

    internal static void Nonce(long chunk, bool last, Span<byte> nonce)
    {
        BinaryPrimitives.WriteInt32BigEndian(nonce, last ? 1 : 0);
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], chunk);
    }
}
