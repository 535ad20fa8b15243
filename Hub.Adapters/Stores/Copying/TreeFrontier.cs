using Hub.Contracts.Trail;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Computes the root of a log leaf by leaf, keeping one hash for each bit of its size (RFC 9162, 2.1.1).</summary>
internal sealed class TreeFrontier
{
    private readonly Stack<(int Height, byte[] Hash)> _subtrees = new();

    internal long Size { get; private set; }

    internal void Add(ReadOnlySpan<byte> leaf)
    {
        var (height, hash) = (0, MerkleTree.LeafHash(leaf));
        while (_subtrees.TryPeek(out var left) && left.Height == height)
        {
            hash = MerkleTree.NodeHash(_subtrees.Pop().Hash, hash);
            height++;
        }

        _subtrees.Push((height, hash));
        Size++;
    }

    internal byte[] Root()
    {
        byte[]? root = null;
        foreach (var (_, hash) in _subtrees) root = root is null ? hash : MerkleTree.NodeHash(hash, root);
        return root ?? MerkleTree.EmptyRoot.ToArray();
    }
}
