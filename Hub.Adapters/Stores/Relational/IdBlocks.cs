namespace Hub.Adapters.Stores.Relational;

/// <summary>Ids of messages and deliveries: month of acceptance, block, place in the block. They grow with acceptance on all nodes:
/// a group takes its blocks when it begins, and a block is never given twice.</summary>
internal sealed class IdBlocks
{
    /// <summary>Ids in a block.</summary>
    internal const int Size = 32;

    private readonly Queue<long> _blocks = new();
    private long _next;
    private int _left;

    /// <summary>Ids that are there.</summary>
    internal int Left => _left + (_blocks.Count * Size);

    internal static int BlocksFor(int ids) => (ids + Size - 1) / Size;

    internal void Add(long firstOfBlock) => _blocks.Enqueue(firstOfBlock);

    internal long Take()
    {
        if (_left == 0)
        {
            _next = _blocks.Dequeue();
            _left = Size;
        }

        _left--;
        return _next++;
    }

    /// <summary>What is left is not used: a later group's ids must be greater than those of every group before it.</summary>
    internal void Clear()
    {
        _blocks.Clear();
        _left = 0;
    }
}
