using System.Security.Cryptography;

namespace Hub.Contracts.Trail;

/// <summary>Merkle tree hashes and the verification of proofs, RFC 9162 §2.1 with SHA-256. Pure functions.</summary>
public static class MerkleTree
{
    /// <summary>Bytes in a hash.</summary>
    public const int HashLength = 32;

    /// <summary>The longest proof that a tree of 2^63 − 1 leaves can have, in hashes (consistency; inclusion needs 63).</summary>
    public const int MaxProofLength = 64;

    private const int StackLimit = 1024;

    /// <summary>The root of the empty tree: SHA-256 of nothing.</summary>
    public static ReadOnlySpan<byte> EmptyRoot =>
    [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// <summary>Hash of a leaf: SHA-256(0x00 ‖ data).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> data)
    {
        var buffer = data.Length < StackLimit ? stackalloc byte[data.Length + 1] : new byte[data.Length + 1];
        buffer[0] = 0x00;
        data.CopyTo(buffer[1..]);
        return SHA256.HashData(buffer);
    }

    /// <summary>Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashLength];
        NodeHash(left, right, hash);
        return hash;
    }

    /// <summary>Hash of an inner node, written to a destination of 32 bytes, which may overlap the children.</summary>
    public static void NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> destination)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * HashLength)];
        buffer[0] = 0x01;
        left[..HashLength].CopyTo(buffer[1..]);
        right[..HashLength].CopyTo(buffer[(1 + HashLength)..]);
        SHA256.HashData(buffer, destination);
    }

    /// <summary>The root of an inclusion proof (RFC 9162 §2.1.3.2); null when the index is outside the tree, or the proof or
    /// one of its hashes has the wrong length.</summary>
    public static byte[]? RootFromInclusionProof(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof)
    {
        if (index < 0 || index >= size || leafHash.Length != HashLength || !AreHashes(proof)) return null;
        var (node, last) = (index, size - 1);
        var root = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (last == 0) return null;
            if ((node & 1) == 1 || node == last)
            {
                NodeHash(sibling, root, root);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                NodeHash(root, sibling, root);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? root : null;
    }

    /// <summary>Whether a consistency proof (RFC 9162 §2.1.4.2) shows that the first tree is a prefix of the second. Between
    /// equal sizes, and from the empty tree, the proof is empty.</summary>
    public static bool VerifyConsistency(long firstSize, ReadOnlySpan<byte> firstRoot, long secondSize, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof)
    {
        if (firstSize < 0 || firstSize > secondSize || firstRoot.Length != HashLength || secondRoot.Length != HashLength || !AreHashes(proof)) return false;
        if (firstSize == secondSize) return proof.Count == 0 && firstRoot.SequenceEqual(secondRoot);
        if (firstSize == 0) return proof.Count == 0 && firstRoot.SequenceEqual(EmptyRoot);

        var path = long.IsPow2(firstSize) ? [firstRoot.ToArray(), .. proof] : proof;
        if (path.Count == 0) return false;
        var (node, last) = (firstSize - 1, secondSize - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        byte[] first = [.. path[0]], second = [.. path[0]];
        for (var i = 1; i < path.Count; i++)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                NodeHash(path[i], first, first);
                NodeHash(path[i], second, second);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                NodeHash(second, path[i], second);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && firstRoot.SequenceEqual(first) && secondRoot.SequenceEqual(second);
    }

    private static bool AreHashes(IReadOnlyList<byte[]> proof)
    {
        if (proof.Count > MaxProofLength) return false;
        foreach (var hash in proof)
        {
            if (hash.Length != HashLength) return false;
        }

        return true;
    }
}
