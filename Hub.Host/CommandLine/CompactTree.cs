using Hub.Contracts.Trail;

namespace Hub.Host.CommandLine;

/// <summary>A Merkle tree (RFC 9162) that only grows: the roots of its complete subtrees, at most 64 hashes.</summary>
internal sealed class CompactTree
{
    private readonly List<(int Level, byte[] Hash)> _peaks = [];

    internal long Size { get; private set; }

    internal void Add(byte[] leafHash)
    {
        var (level, hash) = (0, leafHash);
        while (_peaks.Count > 0 && _peaks[^1].Level == level)
        {
            hash = MerkleTree.NodeHash(_peaks[^1].Hash, hash);
            _peaks.RemoveAt(_peaks.Count - 1);
            level++;
        }

        _peaks.Add((level, hash));
        Size++;
    }

    internal byte[] Root()
    {
        if (_peaks.Count == 0) return MerkleTree.EmptyRoot.ToArray();
        var root = _peaks[^1].Hash;
        for (var i = _peaks.Count - 2; i >= 0; i--) root = MerkleTree.NodeHash(_peaks[i].Hash, root);
        return root;
    }
}
