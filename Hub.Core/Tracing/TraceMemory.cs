using System.Collections.Concurrent;
using System.Diagnostics;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Tracing;

/// <summary>Where messages stand in their traces; the oldest are forgotten. Thread-safe.</summary>
/// <param name="capacity">Messages at most.</param>
internal sealed class TraceMemory(int capacity)
{
    private readonly ConcurrentDictionary<MessageKey, ActivityContext> _places = new();
    private readonly ConcurrentQueue<MessageKey> _order = new();

    /// <summary>Keeps a message's place; one that is kept already stays, since a message sent again was accepted the first time.</summary>
    internal void Keep(MessageKey message, ActivityContext place)
    {
        if (!_places.TryAdd(message, place)) return;
        _order.Enqueue(message);
        while (_order.Count > capacity && _order.TryDequeue(out var oldest)) _places.TryRemove(oldest, out _);
    }

    internal ActivityContext? Find(MessageKey message) => _places.TryGetValue(message, out var place) ? place : null;
}
