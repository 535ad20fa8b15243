using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Addresses and types as rows write them, parsed once: they are few and repeat. Thread-safe.</summary>
internal static class Names
{
    private const int Most = 65_536;
    private static readonly ConcurrentDictionary<string, SystemAddress> Systems = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, MessageType> Types = new(StringComparer.Ordinal);

    internal static SystemAddress System(string text) => Find(Systems, text, SystemAddress.Parse);

    internal static MessageType Type(string text) => Find(Types, text, MessageType.Parse);

    private static T Find<T>(ConcurrentDictionary<string, T> known, string text, Func<string, T> parse)
    {
        if (known.TryGetValue(text, out var found)) return found;
        var parsed = parse(text);
        if (known.Count < Most) known.TryAdd(text, parsed);
        return parsed;
    }
}
