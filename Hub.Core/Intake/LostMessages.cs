using Hub.Contracts.Envelopes;

namespace Hub.Core.Intake;

/// <summary>What this node has told a partner to be lost, by the receipt the hub once gave for it: the same octets may come again whenever
/// they were created. The receipt alone proves as much (<see cref="IIntake.AcceptAgainAsync"/>), but that of a message to many is too long for a
/// header. Each node remembers what it said itself. Thread-safe.</summary>
/// <param name="clock">The hub's clock.</param>
public sealed class LostMessages(TimeProvider clock)
{
    /// <summary>How long they may come again (1 h); then the partner asks once more.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Most that are remembered (50,000, some 20 MB); beyond that the oldest is forgotten.</summary>
    public const int Most = 50_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long At)> _order = new();

    /// <summary>Remembers one.</summary>
    /// <param name="message">The message's key, as a valid receipt says.</param>
    /// <param name="sha256">SHA-256 of its octets in lower-case hexadecimal digits, as that receipt says.</param>
    public void Add(MessageKey message, string sha256)
    {
        lock (_gate)
        {
            var at = clock.GetTimestamp();
            _told[message.Value] = new Told(sha256, at);
            _order.Enqueue((message.Value, at));
            while (_order.TryPeek(out var oldest) && (_order.Count > Most || clock.GetElapsedTime(oldest.At) >= Kept))
            {
                _order.Dequeue();
                if (_told.TryGetValue(oldest.Key, out var known) && known.At == oldest.At) _told.Remove(oldest.Key);
            }
        }
    }

    /// <summary>Whether these octets of this message were told to be lost within the last hour.</summary>
    public bool Holds(MessageKey message, string sha256)
    {
        lock (_gate) return _told.TryGetValue(message.Value, out var told) && told.Sha256 == sha256 && clock.GetElapsedTime(told.At) < Kept;
    }

    private readonly record struct Told(string Sha256, long At);
}
