using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>The tiles read last, with their inner nodes: at most a fixed number (16 KB each). Thread-safe.</summary>
internal sealed class TileCache(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TileAddress, LinkedListNode<Held>> _held = [];
    private readonly LinkedList<Held> _order = [];

    /// <summary>A tile that has at least so many hashes, or null.</summary>
    internal TreeTile? Find(TileAddress address, int width)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(address, out var node) || node.Value.Width < width) return null;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Tile;
        }
    }

    internal TreeTile Add(TileAddress address, ReadOnlySpan<byte> hashes)
    {
        var tile = TreeTile.Of(hashes);
        lock (_lock)
        {
            if (_held.Remove(address, out var old)) _order.Remove(old);
            _held[address] = _order.AddFirst(new Held(address, hashes.Length / MerkleTree.HashLength, tile));
            if (_held.Count > capacity)
            {
                _held.Remove(_order.Last!.Value.Address);
                _order.RemoveLast();
            }
        }

        return tile;
    }

    private sealed record Held(TileAddress Address, int Width, TreeTile Tile);
}
