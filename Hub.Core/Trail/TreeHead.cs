using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>The growing edge of the tree at one size: its unfinished tiles, and those that the last growth finished. From
/// it come the root and the proofs of all leaves of that growth, without a look into the store. Immutable.</summary>
internal sealed class TreeHead
{
    private readonly Dictionary<TileAddress, TreeTile> _tiles;

    internal TreeHead(long size, Dictionary<TileAddress, TreeTile> tiles)
    {
        Size = size;
        _tiles = tiles;
    }

    internal static TreeHead Empty { get; } = new(0, []);

    internal long Size { get; }

    internal byte[] Root() => MerkleProofs.Root(Size, Node);

    /// <summary>The inclusion proof of a leaf that the last growth added.</summary>
    internal IReadOnlyList<byte[]> Inclusion(long index) => MerkleProofs.Inclusion(index, Size, Node);

    /// <summary>This tree with more leaves, and the addresses of the tiles that changed, lowest level first.</summary>
    internal TreeHead Grow(IEnumerable<byte[]> leafHashes, out IReadOnlyList<TileAddress> changed)
    {
        var tiles = new Dictionary<TileAddress, TreeTile>();
        foreach (var (address, tile) in _tiles)
        {
            if (address.WidthIn(Size) < TreeTile.MaxWidth) tiles.Add(address, tile);
        }

        var touched = new SortedSet<TileAddress>(Comparer<TileAddress>.Create(static (a, b) => (a.Level, a.Index).CompareTo((b.Level, b.Index))));
        var size = Size;
        foreach (var hash in leafHashes) Add(new MerkleNode(0, size++), hash);
        changed = [.. touched];
        return new TreeHead(size, tiles);

        void Add(MerkleNode node, ReadOnlySpan<byte> hash)
        {
            while (true)
            {
                var (address, _, position) = TileAddress.Of(node);
                touched.Add(address);
                if (!tiles.TryGetValue(address, out var tile)) tiles.Add(address, tile = new TreeTile());
                tile.Set(position, hash);
                if (position < TreeTile.MaxWidth - 1) return;
                node = new MerkleNode(node.Level + TreeTile.Height, address.Index);
                hash = tile.Node(TreeTile.Height, 0);
            }
        }
    }

    /// <summary>The hashes of a tile of the edge.</summary>
    internal ReadOnlyMemory<byte> Hashes(TileAddress address) => _tiles[address].Hashes(address.WidthIn(Size));

    private byte[] Node(int level, long index)
    {
        var (address, height, position) = TileAddress.Of(new MerkleNode(level, index));
        return _tiles[address].Node(height, position).ToArray();
    }
}
