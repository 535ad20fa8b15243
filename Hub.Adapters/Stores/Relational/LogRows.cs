using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>New entries of the log, with the number of their message or, when it is not at hand, its key.</summary>
internal sealed class EntryRows : RowSet
{
    private readonly Column<long> _index;
    private readonly Column<long?> _message;
    private readonly Column<byte[]?> _key;
    private readonly Column<ReadOnlyMemory<byte>> _header;
    private readonly Column<ReadOnlyMemory<byte>?> _salt, _body;

    internal EntryRows()
        : base("hub_entries")
    {
        (_index, _message, _key) = (Add<long>("idx"), Add<long?>("message"), Add<byte[]?>("key"));
        (_header, _salt, _body) = (Add<ReadOnlyMemory<byte>>("header"), Add<ReadOnlyMemory<byte>?>("salt"), Add<ReadOnlyMemory<byte>?>("body"));
    }

    internal void Add(EntryRecord entry, long? message, byte[]? key)
    {
        _index.Add(entry.Index);
        _message.Add(message);
        _key.Add(key);
        _header.Add(entry.Header);
        _salt.Add(entry.Salt);
        _body.Add(entry.Body);
        Count++;
    }
}

/// <summary>Tiles, each at most once.</summary>
internal sealed class TileRows : RowSet
{
    private readonly Column<int> _level;
    private readonly Column<long> _index;
    private readonly Column<ReadOnlyMemory<byte>> _hashes;

    internal TileRows()
        : base("hub_tiles") => (_level, _index, _hashes) = (Add<int>("level"), Add<long>("idx"), Add<ReadOnlyMemory<byte>>("hashes"));

    internal void Add(int level, long index, ReadOnlyMemory<byte> hashes)
    {
        _level.Add(level);
        _index.Add(index);
        _hashes.Add(hashes);
        Count++;
    }
}
