using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Apps;

/// <summary>Collects what a handler reads and wants done. Nothing has an effect until <see cref="AppRunner"/> commits it.</summary>
internal sealed class HandlerContext(SystemAddress self, MessageRecord message, IHubStore store, DateTimeOffset now) : IAppContext
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _reads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _writes = new(StringComparer.Ordinal);
    private readonly List<Envelope> _sends = [];
    private readonly List<UnsignedAnswer> _replies = [];

    public SystemAddress Self => self;

    public DateTimeOffset Now => now;

    public MessageRecord Message => message;

    /// <summary>What was read, as it was: if it has changed by the commit, the handler runs again.</summary>
    internal IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Reads => _reads;

    internal IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Writes => _writes;

    internal IReadOnlyList<Envelope> Sends => _sends;

    internal IReadOnlyList<UnsignedAnswer> Replies => _replies;

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (_writes.TryGetValue(key, out var written)) return written;
        if (_reads.TryGetValue(key, out var known)) return known;
        var value = await store.ReadAppStateAsync(self, key);
        _reads.Add(key, value);
        return value;
    }

    public void Write(string key, ReadOnlyMemory<byte>? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        _writes[key] = value;
    }

    public void Send(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        if (envelope.From != self) throw new ArgumentException($"An app sends as itself: 'from' is {envelope.From}, the app is {self}.", nameof(envelope));
        _sends.Add(envelope);
    }

    public void Reply(string status, string? reason = null, bool refused = false)
    {
        if (RegistrySnapshot.IsProtocol(message.Type))
            throw new InvalidOperationException($"{message.Type} is not answered: answers to answers would never end.");
        var outcome = refused ? AcknowledgementOutcome.Refused : AcknowledgementOutcome.Accepted;
        AcknowledgementPolicy.Check(outcome, status, reason);
        _replies.Add(new UnsignedAnswer(outcome, status, reason));
    }
}
