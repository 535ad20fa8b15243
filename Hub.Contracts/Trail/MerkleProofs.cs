using System.Numerics;

namespace Hub.Contracts.Trail;

/// <summary>A complete subtree: the node at a level (0 = leaves) and index covers leaves
/// [index × 2^level, (index + 1) × 2^level).</summary>
/// <param name="Level">Height above the leaves, 0 to 62.</param>
/// <param name="Index">Place within the level.</param>
public readonly record struct MerkleNode(int Level, long Index);

/// <summary>A run of leaves whose Merkle tree hash is one element of a proof.</summary>
/// <param name="Start">First leaf.</param>
/// <param name="End">Leaf after the last; greater than <paramref name="Start"/>.</param>
public readonly record struct MerkleRange(long Start, long End)
{
    /// <summary>The complete subtrees that it consists of, left to right.</summary>
    public IEnumerable<MerkleNode> Nodes()
    {
        for (var start = Start; start < End;)
        {
            var level = BitOperations.Log2((ulong)(End - start));
            if (start != 0) level = Math.Min(level, BitOperations.TrailingZeroCount(start));
            yield return new MerkleNode(level, start >> level);
            start += 1L << level;
        }
    }
}

/// <summary>Makes proofs (RFC 9162 §2.1) out of any source of hashes of complete subtrees. Pure functions; used by the
/// server, by auditors and by tests alike. The ranges are exposed so that a source can fetch what it needs beforehand.</summary>
public static class MerkleProofs
{
    /// <summary>The ranges whose hashes are the inclusion proof of a leaf, from the leaf's sibling up (§2.1.3.1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not within the tree.</exception>
    public static IReadOnlyList<MerkleRange> InclusionRanges(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var ranges = new List<MerkleRange>();
        for (var (start, end) = (0L, size); end - start > 1;)
        {
            var middle = start + Split(end - start);
            ranges.Add(index < middle ? new MerkleRange(middle, end) : new MerkleRange(start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }

        ranges.Reverse();
        return ranges;
    }

    /// <summary>The ranges whose hashes are the consistency proof between two sizes (§2.1.4.1); none from the empty tree or
    /// between equal sizes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first size is negative or greater than the second.</exception>
    public static IReadOnlyList<MerkleRange> ConsistencyRanges(long firstSize, long secondSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstSize, secondSize);
        if (firstSize == 0 || firstSize == secondSize) return [];
        var ranges = new List<MerkleRange>();
        var (start, end) = (0L, secondSize);
        while (firstSize != end)
        {
            var middle = start + Split(end - start);
            ranges.Add(firstSize <= middle ? new MerkleRange(middle, end) : new MerkleRange(start, middle));
            (start, end) = firstSize <= middle ? (start, middle) : (middle, end);
        }

        if (start != 0) ranges.Add(new MerkleRange(start, end));
        ranges.Reverse();
        return ranges;
    }

    /// <summary>The inclusion proof of a leaf.</summary>
    /// <param name="index">Zero-based index of the leaf.</param>
    /// <param name="size">Size of the tree.</param>
    /// <param name="hash">Hash of a complete subtree by level and index.</param>
    public static IReadOnlyList<byte[]> Inclusion(long index, long size, Func<int, long, byte[]> hash) => Hashes(InclusionRanges(index, size), hash);

    /// <summary>The consistency proof between two sizes.</summary>
    /// <param name="firstSize">The smaller size.</param>
    /// <param name="secondSize">The greater size.</param>
    /// <param name="hash">Hash of a complete subtree by level and index.</param>
    public static IReadOnlyList<byte[]> Consistency(long firstSize, long secondSize, Func<int, long, byte[]> hash) => Hashes(ConsistencyRanges(firstSize, secondSize), hash);

    /// <summary>The root of a tree.</summary>
    /// <param name="size">Size of the tree; 0 gives <see cref="MerkleTree.EmptyRoot"/>.</param>
    /// <param name="hash">Hash of a complete subtree by level and index.</param>
    public static byte[] Root(long size, Func<int, long, byte[]> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? MerkleTree.EmptyRoot.ToArray() : RangeHash(new MerkleRange(0, size), hash);
    }

    /// <summary>The hashes of ranges, one each: the proof that the ranges describe.</summary>
    /// <param name="ranges">From <see cref="InclusionRanges"/> or <see cref="ConsistencyRanges"/>.</param>
    /// <param name="hash">Hash of a complete subtree by level and index.</param>
    public static IReadOnlyList<byte[]> Hashes(IReadOnlyList<MerkleRange> ranges, Func<int, long, byte[]> hash)
    {
        var proof = new byte[ranges.Count][];
        for (var i = 0; i < proof.Length; i++) proof[i] = RangeHash(ranges[i], hash);
        return proof;
    }

    /// <summary>Folds the complete subtrees from the right: each further left is the larger.</summary>
    private static byte[] RangeHash(MerkleRange range, Func<int, long, byte[]> hash)
    {
        var nodes = range.Nodes().ToArray();
        var folded = hash(nodes[^1].Level, nodes[^1].Index);
        for (var i = nodes.Length - 2; i >= 0; i--) folded = MerkleTree.NodeHash(hash(nodes[i].Level, nodes[i].Index), folded);
        return folded;
    }

    /// <summary>The largest power of two smaller than a size.</summary>
    private static long Split(long size) => 1L << BitOperations.Log2((ulong)(size - 1));
}
