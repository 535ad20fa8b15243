using System.Security.Cryptography;
using System.Text;

namespace Hub.Benchmarks.Throughput;

/// <summary>A digest of a set that does not depend on order: the sum, modulo 2^256, of SHA-256(key ‖ SHA-256 of octets).</summary>
internal sealed class SetDigest
{
    private readonly Lock _lock = new();
    private readonly byte[] _sum = new byte[32];

    internal void Add(string key, ReadOnlySpan<byte> sha256)
    {
        Span<byte> input = stackalloc byte[96];
        Span<byte> element = stackalloc byte[32];
        Encoding.ASCII.GetBytes(key, input[..64]);
        sha256.CopyTo(input[64..]);
        SHA256.HashData(input, element);
        lock (_lock)
        {
            var carry = 0;
            for (var i = 31; i >= 0; i--)
            {
                carry += _sum[i] + element[i];
                _sum[i] = (byte)carry;
                carry >>= 8;
            }
        }
    }

    public override string ToString()
    {
        lock (_lock) return Convert.ToHexStringLower(_sum);
    }
}
