using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>A tile's place: its level (0 holds leaf hashes) and index within the level.</summary>
internal readonly record struct TileAddress(int Level, long Index)
{
    /// <summary>The tile that holds a complete subtree, and where in it.</summary>
    internal static (TileAddress Tile, int Height, int Index) Of(MerkleNode node)
    {
        var height = node.Level % TreeTile.Height;
        var position = node.Index << height;
        return (new TileAddress(node.Level / TreeTile.Height, position / TreeTile.MaxWidth), height, (int)(position % TreeTile.MaxWidth) >> height);
    }

    /// <summary>How many hashes this tile has in a tree of a size.</summary>
    internal int WidthIn(long size) => (int)Math.Clamp((size >> (TreeTile.Height * Level)) - (Index * TreeTile.MaxWidth), 0, TreeTile.MaxWidth);
}
