using System.Numerics;

namespace Hub.Core.Registry;

/// <summary>A hash map that never changes: an edited copy shares every bucket that was not touched. A look-up costs about that of a
/// <see cref="Dictionary{TKey, TValue}"/>; an edit copies the table of chunks, one chunk and one short chain.</summary>
internal sealed class PersistentMap<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    internal static readonly PersistentMap<TKey, TValue> Empty = new([new Entry?[ChunkSize]], 0);

    private const int ChunkBits = 6;
    private const int ChunkSize = 1 << ChunkBits;
    private readonly Entry?[][] _chunks;

    private PersistentMap(Entry?[][] chunks, int count)
    {
        _chunks = chunks;
        Count = count;
    }

    internal int Count { get; }

    /// <summary>The values, in no stated order.</summary>
    internal IEnumerable<TValue> Values => Entries(_chunks).Select(e => e.Value);

    /// <summary>The keys, in no stated order.</summary>
    internal IEnumerable<TKey> Keys => Entries(_chunks).Select(e => e.Key);

    /// <summary>Keys and values, in no stated order.</summary>
    internal IEnumerable<(TKey Key, TValue Value)> Items => Entries(_chunks).Select(e => (e.Key, e.Value));

    internal TValue? Find(TKey key) => Find(_chunks, key);

    internal Editor Edit() => new(this);

    /// <summary>Copies of parts of the map that this editor alone knows.</summary>
    internal sealed class Editor(PersistentMap<TKey, TValue> map)
    {
        private PersistentMap<TKey, TValue> _map = map;
        private Entry?[][] _chunks = map._chunks;
        private bool[]? _own;
        private int _count = map.Count;

        internal TValue? Find(TKey key) => PersistentMap<TKey, TValue>.Find(_chunks, key);

        internal void Put(TKey key, TValue? value)
        {
            ref var bucket = ref Own(key);
            var old = _count;
            bucket = Without(bucket, key);
            if (value is not null) (bucket, _count) = (new Entry(key, value, bucket), _count + 1);
            if (_count > old && _count > _chunks.Length * ChunkSize) Grow();
        }

        internal PersistentMap<TKey, TValue> ToMap()
        {
            if (_own is null) return _map;
            _own = null;
            return _map = new PersistentMap<TKey, TValue>(_chunks, _count);
        }

        private ref Entry? Own(TKey key)
        {
            if (_own is null) (_chunks, _own) = ((Entry?[][])_chunks.Clone(), new bool[_chunks.Length]);
            var (chunk, place) = Place(key, _chunks.Length);
            if (!_own[chunk]) (_chunks[chunk], _own[chunk]) = ((Entry?[])_chunks[chunk].Clone(), true);
            return ref _chunks[chunk][place];
        }

        private Entry? Without(Entry? chain, TKey key)
        {
            if (chain is null) return null;
            if (EqualityComparer<TKey>.Default.Equals(chain.Key, key))
            {
                _count--;
                return chain.Next;
            }

            var rest = Without(chain.Next, key);
            return ReferenceEquals(rest, chain.Next) ? chain : new Entry(chain.Key, chain.Value, rest);
        }

        private void Grow()
        {
            var wider = new Entry?[_chunks.Length * 4][];
            for (var i = 0; i < wider.Length; i++) wider[i] = new Entry?[ChunkSize];
            foreach (var entry in Entries(_chunks))
            {
                var (chunk, place) = Place(entry.Key, wider.Length);
                wider[chunk][place] = new Entry(entry.Key, entry.Value, wider[chunk][place]);
            }

            (_chunks, _own) = (wider, new bool[wider.Length]);
            Array.Fill(_own, true);
        }
    }

    private static TValue? Find(Entry?[][] chunks, TKey key)
    {
        var (chunk, place) = Place(key, chunks.Length);
        for (var entry = chunks[chunk][place]; entry is not null; entry = entry.Next)
            if (EqualityComparer<TKey>.Default.Equals(entry.Key, key)) return entry.Value;
        return null;
    }

    // Fibonacci hashing: spreads what the hash codes of records leave in their high bits.
    private static (int Chunk, int Place) Place(TKey key, int chunks)
    {
        var hash = (uint)EqualityComparer<TKey>.Default.GetHashCode(key) * 0x9E3779B97F4A7C15UL;
        var bucket = (int)(hash >> (64 - ChunkBits - BitOperations.Log2((uint)chunks)));
        return (bucket >> ChunkBits, bucket & (ChunkSize - 1));
    }

    private static IEnumerable<Entry> Entries(Entry?[][] chunks)
    {
        foreach (var chunk in chunks)
            foreach (var first in chunk)
                for (var entry = first; entry is not null; entry = entry.Next) yield return entry;
    }

    private sealed class Entry(TKey key, TValue value, Entry? next)
    {
        internal TKey Key { get; } = key;

        internal TValue Value { get; } = value;

        internal Entry? Next { get; } = next;
    }
}
