using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hub.Contracts.Sealing;

/// <summary>AES Key Wrap, RFC 3394, with the default initial value.</summary>
internal static class AesKeyWrap
{
    private const int Block = 8;
    private const int Rounds = 6;
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;

    /// <summary>Wraps a key of 16 bytes or more, a multiple of 8.</summary>
    internal static byte[] Wrap(byte[] keyEncryptionKey, ReadOnlySpan<byte> key)
    {
        using var aes = Aes.Create();
        aes.Key = keyEncryptionKey;
        var wrapped = new byte[key.Length + Block];
        BinaryPrimitives.WriteUInt64BigEndian(wrapped, InitialValue);
        key.CopyTo(wrapped.AsSpan(Block));
        Span<byte> pair = stackalloc byte[2 * Block];
        var blocks = key.Length / Block;
        for (var step = 1; step <= Rounds * blocks; step++)
        {
            var register = wrapped.AsSpan((((step - 1) % blocks) + 1) * Block, Block);
            wrapped.AsSpan(0, Block).CopyTo(pair);
            register.CopyTo(pair[Block..]);
            aes.EncryptEcb(pair, pair, PaddingMode.None);
            pair[Block..].CopyTo(register);
            BinaryPrimitives.WriteUInt64BigEndian(wrapped, BinaryPrimitives.ReadUInt64BigEndian(pair) ^ (ulong)step);
        }

        return wrapped;
    }

    /// <summary>The key; null when it was not wrapped with this key.</summary>
    internal static byte[]? Unwrap(byte[] keyEncryptionKey, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < 3 * Block || wrapped.Length % Block != 0) return null;
        using var aes = Aes.Create();
        aes.Key = keyEncryptionKey;
        var plain = wrapped.ToArray();
        Span<byte> pair = stackalloc byte[2 * Block];
        var blocks = (plain.Length / Block) - 1;
        for (var step = Rounds * blocks; step >= 1; step--)
        {
            var register = plain.AsSpan((((step - 1) % blocks) + 1) * Block, Block);
            BinaryPrimitives.WriteUInt64BigEndian(pair, BinaryPrimitives.ReadUInt64BigEndian(plain) ^ (ulong)step);
            register.CopyTo(pair[Block..]);
            aes.DecryptEcb(pair, pair, PaddingMode.None);
            pair[..Block].CopyTo(plain);
            pair[Block..].CopyTo(register);
        }

        Span<byte> expected = stackalloc byte[Block];
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        return CryptographicOperations.FixedTimeEquals(expected, plain.AsSpan(0, Block)) ? plain[Block..] : null;
    }
}
