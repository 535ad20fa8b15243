using System.Collections.Concurrent;

namespace Hub.Host.Telemetry;

/// <summary>Finds the series of a set of tags as instruments give them, without writing labels again: the hot way of every
/// measurement. Bounded; a set that is not kept takes the slow way.</summary>
internal sealed class TagSets
{
    private const int MaxKept = 1_000;

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries> _sets = new(Comparer.Instance);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private int _kept;

    internal TagSets() => _lookup = _sets.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();

    internal MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags) => _lookup.TryGetValue(tags, out var series) ? series : null;

    internal void Keep(ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricSeries series)
    {
        if (Interlocked.Increment(ref _kept) <= MaxKept) _sets.TryAdd(tags.ToArray(), series);
    }

    private sealed class Comparer :
        IEqualityComparer<KeyValuePair<string, object?>[]>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
    {
        internal static readonly Comparer Instance = new();

        public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

        public int GetHashCode(KeyValuePair<string, object?>[] obj) => GetHashCode(obj.AsSpan());

        public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, KeyValuePair<string, object?>[] other)
        {
            if (alternate.Length != other.Length) return false;
            for (var i = 0; i < other.Length; i++)
            {
                if (alternate[i].Key != other[i].Key || !Equals(alternate[i].Value, other[i].Value)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (name, value) in alternate)
            {
                hash.Add(name);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
