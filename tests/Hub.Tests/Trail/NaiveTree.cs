using System.Security.Cryptography;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

/// <summary>RFC 9162 §2.1 word for word, recursive and slow: what the product's tree is compared with.</summary>
internal sealed class NaiveTree(IReadOnlyList<byte[]> leaves)
{
    internal static NaiveTree OfSize(int size) => new([.. Enumerable.Range(0, size).Select(i => BitConverter.GetBytes(i))]);

    internal int Size => leaves.Count;

    internal byte[] LeafHash(int index) => MerkleTree.LeafHash(leaves[index]);

    internal byte[] Root(int size) => Hash(0, size);

    internal byte[] Hash(int start, int end) => (end - start) switch
    {
        0 => SHA256.HashData([]),
        1 => SHA256.HashData([0, .. leaves[start]]),
        var n => SHA256.HashData([1, .. Hash(start, start + Split(n)), .. Hash(start + Split(n), end)]),
    };

    /// <summary>PATH(m, D[start:end]).</summary>
    internal byte[][] Path(int m, int start, int end)
    {
        if (end - start == 1) return [];
        var k = Split(end - start);
        return m < k
            ? [.. Path(m, start, start + k), Hash(start + k, end)]
            : [.. Path(m - k, start + k, end), Hash(start, start + k)];
    }

    /// <summary>SUBPROOF(m, D[start:end], b).</summary>
    internal byte[][] SubProof(int m, int start, int end, bool whole)
    {
        if (m == end - start) return whole ? [] : [Hash(start, end)];
        var k = Split(end - start);
        return m <= k
            ? [.. SubProof(m, start, start + k, whole), Hash(start + k, end)]
            : [.. SubProof(m - k, start + k, end, false), Hash(start, start + k)];
    }

    /// <summary>A source of complete subtrees for <see cref="MerkleProofs"/>.</summary>
    internal byte[] Node(int level, long index) => Hash((int)index << level, (int)(index + 1) << level);

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n) k *= 2;
        return k;
    }
}
