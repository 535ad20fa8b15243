using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hub.Contracts.Sealing;

/// <summary>The Concat KDF of NIST SP 800-56A §5.8.1 with SHA-256, as RFC 7518 §4.6.2 and XML Encryption 1.1 §5.4.1 use it.</summary>
internal static class ConcatKdf
{
    /// <summary>Derives a key of at most 32 bytes, which one round gives.</summary>
    internal static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> otherInfo, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SHA256.HashSizeInBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0, 0, 0, 1]);
        hash.AppendData(secret);
        hash.AppendData(otherInfo);
        return hash.GetHashAndReset()[..length];
    }

    /// <summary>OtherInfo of RFC 7518 §4.6.2.</summary>
    /// <param name="algorithm">AlgorithmID: the <c>alg</c>, or the <c>enc</c> for direct agreement.</param>
    /// <param name="partyU">Decoded <c>apu</c>.</param>
    /// <param name="partyV">Decoded <c>apv</c>.</param>
    /// <param name="bits">Length of the key derived.</param>
    internal static byte[] JoseInfo(string algorithm, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV, int bits) =>
        [.. Sized(Encoding.ASCII.GetBytes(algorithm)), .. Sized(partyU), .. Sized(partyV), .. Number(bits)];

    private static byte[] Sized(ReadOnlySpan<byte> data) => [.. Number(data.Length), .. data];

    private static byte[] Number(int value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, value);
        return octets;
    }
}
