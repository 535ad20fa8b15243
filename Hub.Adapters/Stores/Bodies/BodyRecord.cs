using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hub.Adapters.Stores.Bodies;

/// <summary>One record of a segment: the four bytes <c>HBR1</c>, the body's length (uint32, little-endian), the AES-256-GCM
/// ciphertext, its 16-byte tag. The message key is the associated data, so a record cannot stand in for another's.</summary>
/// <remarks>Every body has a data key of its own that encrypts exactly one record, therefore the nonce is constant.</remarks>
internal static class BodyRecord
{
    internal const int HeaderBytes = 8;
    internal const int TagBytes = 16;
    internal const int Overhead = HeaderBytes + TagBytes;
    private static readonly byte[] Nonce = new byte[12];

    private static ReadOnlySpan<byte> Magic => "HBR1"u8;

    /// <summary>Fills <paramref name="record"/>, which is as long as the octets and <see cref="Overhead"/>.</summary>
    internal static void Seal(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> messageKey, ReadOnlySpan<byte> octets, Span<byte> record)
    {
        Magic.CopyTo(record);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)octets.Length);
        using var cipher = new AesGcm(dataKey, TagBytes);
        cipher.Encrypt(Nonce, octets, record.Slice(HeaderBytes, octets.Length), record[(HeaderBytes + octets.Length)..], messageKey);
    }

    /// <summary>Fills <paramref name="octets"/>; false when the record is not the one that was sealed.</summary>
    internal static bool TryOpen(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> messageKey, ReadOnlySpan<byte> record, Span<byte> octets)
    {
        if (!record.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != octets.Length) return false;
        try
        {
            using var cipher = new AesGcm(dataKey, TagBytes);
            cipher.Decrypt(Nonce, record.Slice(HeaderBytes, octets.Length), record[(HeaderBytes + octets.Length)..], octets, messageKey);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
