using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>One tile of the tree (C2SP tlog-tiles, height 8): up to 256 hashes and all inner nodes above complete pairs of
/// them, so that no proof hashes twice.</summary>
/// <remarks>Append-only: what a durable tree size covers is never written again, so readers of such a size need no lock.
/// Beyond that size an abandoned commit leaves values that the next one overwrites.</remarks>
internal sealed class TreeTile
{
    internal const int Height = 8;
    internal const int MaxWidth = 1 << Height;

    private readonly byte[] _nodes = new byte[((2 * MaxWidth) - 1) * MerkleTree.HashLength];

    internal static TreeTile Of(ReadOnlySpan<byte> hashes)
    {
        var tile = new TreeTile();
        for (var i = 0; i < hashes.Length / MerkleTree.HashLength; i++) tile.Set(i, hashes.Slice(i * MerkleTree.HashLength, MerkleTree.HashLength));
        return tile;
    }

    /// <summary>Sets the next hash and completes the inner nodes above it.</summary>
    internal void Set(int position, ReadOnlySpan<byte> hash)
    {
        hash.CopyTo(At(0, position));
        for (int height = 1, index = position; (index & 1) == 1 && height <= Height; height++)
        {
            index >>= 1;
            MerkleTree.NodeHash(At(height - 1, 2 * index), At(height - 1, (2 * index) + 1), At(height, index));
        }
    }

    /// <summary>The hash of a complete subtree of 2^height of the tile's hashes.</summary>
    internal ReadOnlySpan<byte> Node(int height, int index) => At(height, index);

    /// <summary>The first hashes, as the store keeps them.</summary>
    internal ReadOnlyMemory<byte> Hashes(int width) => _nodes.AsMemory(0, width * MerkleTree.HashLength);

    private Span<byte> At(int height, int index) =>
        _nodes.AsSpan(((2 * MaxWidth) - (2 * MaxWidth >> height) + index) * MerkleTree.HashLength, MerkleTree.HashLength);
}
