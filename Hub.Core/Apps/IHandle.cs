using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Core.Apps;

/// <summary>What a handler on the bus works with. Reads are immediate; writes and sent messages are staged and commit
/// together with the end of the delivery, or not at all.</summary>
public interface IAppContext
{
    /// <summary>The app's own address.</summary>
    SystemAddress Self { get; }

    /// <summary>The hub's clock when the handler began.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The message being handled.</summary>
    MessageRecord Message { get; }

    /// <summary>Reads a value of the app's own state, staged writes included.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key);

    /// <summary>Stages a write (or with null a removal) to the app's own state.</summary>
    void Write(string key, ReadOnlyMemory<byte>? value);

    /// <summary>Stages a message from the app; it is signed with the app's key and accepted in the same commit.</summary>
    void Send(Envelope envelope);

    /// <summary>Stages an acknowledgement of the message being handled.</summary>
    void Reply(string status, string? reason = null, bool refused = false);
}

/// <summary>A handler of messages of the types its app receives. Throwing retries by policy. Effects happen once.</summary>
public interface IHandle
{
    /// <summary>Name of the app, as in <c>channel: {kind: app, app: name}</c>.</summary>
    string App { get; }

    /// <summary>Handles one message.</summary>
    ValueTask HandleAsync(Envelope envelope, IAppContext context, CancellationToken cancellationToken);
}
