using Hub.Contracts.Trail;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The root of a tree of a size out of its stored tiles (C2SP tlog-tiles, height 8).</summary>
internal static class EdgeRoot
{
    private const int Height = 8;
    private const int Width = 1 << Height;

    /// <summary>Computes it; null when a tile is missing or too short.</summary>
    /// <param name="size">Entries, at least 1.</param>
    /// <param name="tile">Reads a tile; null for none.</param>
    internal static async Task<byte[]?> ComputeAsync(long size, Func<int, long, Task<byte[]?>> tile)
    {
        var subtrees = new List<byte[]>();
        var start = 0L;
        for (var height = 62; height >= 0; height--)
        {
            if ((size & (1L << height)) == 0) continue;
            var level = height / Height;
            var (index, count) = (start >> (Height * level), 1 << (height % Height));
            var hashes = await tile(level, index / Width);
            var first = (int)(index % Width) * MerkleTree.HashLength;
            if (hashes is null || hashes.Length < first + (count * MerkleTree.HashLength)) return null;
            subtrees.Add(Merge(hashes.AsMemory(first, count * MerkleTree.HashLength)));
            start += 1L << height;
        }

        var root = subtrees[^1];
        for (var i = subtrees.Count - 2; i >= 0; i--) root = MerkleTree.NodeHash(subtrees[i], root);
        return root;
    }

    private static byte[] Merge(ReadOnlyMemory<byte> hashes)
    {
        if (hashes.Length == MerkleTree.HashLength) return hashes.ToArray();
        var half = hashes.Length / 2;
        return MerkleTree.NodeHash(Merge(hashes[..half]), Merge(hashes[half..]));
    }
}
