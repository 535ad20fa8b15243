using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Bodies;

namespace Hub.Adapters.Stores.Uploads;

/// <summary>Seals the chunks of one upload: random nonce (12), AES-256-GCM ciphertext, tag (16). The data key is bound to owner, digest
/// and size, a chunk to its place: uploads and chunks cannot stand in for one another.</summary>
internal sealed class UploadCipher : IDisposable
{
    /// <summary>Bytes that a sealed chunk has more than its content.</summary>
    internal const int Overhead = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly AesGcm _cipher;

    private UploadCipher(ReadOnlySpan<byte> dataKey) => _cipher = new AesGcm(dataKey, TagBytes);

    /// <summary>A fresh data key, wrapped.</summary>
    /// <param name="hubKey">What wraps it.</param>
    /// <param name="name">The upload's owner and digest.</param>
    /// <param name="size">The promised size.</param>
    /// <param name="wrapped">Receives <see cref="KeyWrap.WrappedBytes"/>.</param>
    internal static void NewKey(ReadOnlySpan<byte> hubKey, string name, long size, Span<byte> wrapped)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        KeyWrap.New(hubKey, OwnerOf(name, size), dataKey, wrapped);
        CryptographicOperations.ZeroMemory(dataKey);
    }

    /// <summary>Null when the key was wrapped by another hub key, for another upload, or is damaged.</summary>
    internal static UploadCipher? Open(ReadOnlySpan<byte> hubKey, string name, long size, ReadOnlySpan<byte> wrapped)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        if (!KeyWrap.TryUnwrap(hubKey, OwnerOf(name, size), wrapped, dataKey)) return null;
        var cipher = new UploadCipher(dataKey);
        CryptographicOperations.ZeroMemory(dataKey);
        return cipher;
    }

    /// <summary>Seals a chunk under a fresh nonce; returns its bytes in <paramref name="record"/>.</summary>
    internal int Seal(long place, ReadOnlySpan<byte> content, Span<byte> record)
    {
        RandomNumberGenerator.Fill(record[..NonceBytes]);
        _cipher.Encrypt(record[..NonceBytes], content, record.Slice(NonceBytes, content.Length), record.Slice(NonceBytes + content.Length, TagBytes), PlaceOf(place, stackalloc byte[sizeof(long)]));
        return content.Length + Overhead;
    }

    /// <summary>Opens a chunk; the number of its bytes, or −1 when it is damaged or cut short.</summary>
    internal int Open(long place, ReadOnlySpan<byte> record, Span<byte> content)
    {
        var length = record.Length - Overhead;
        if (length <= 0) return -1;
        try
        {
            _cipher.Decrypt(record[..NonceBytes], record.Slice(NonceBytes, length), record[(NonceBytes + length)..], content[..length], PlaceOf(place, stackalloc byte[sizeof(long)]));
            return length;
        }
        catch (AuthenticationTagMismatchException)
        {
            return -1;
        }
    }

    public void Dispose() => _cipher.Dispose();

    private static byte[] OwnerOf(string name, long size) => Encoding.UTF8.GetBytes($"{name}\n{size}");

    private static Span<byte> PlaceOf(long place, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, place);
        return bytes;
    }
}
