using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>What a committer knows of where the log stands, and its guard against writing to a log that is not the one it published.
/// Used by the committer's loop alone.</summary>
/// <remarks>A commit that failed may be durable or not, so the log is then where it was, or where that commit led to, or, when other
/// nodes write too, further on. A log that went back behind a published checkpoint, or holds another history than it, is never
/// written again: signing on would fork it.</remarks>
internal sealed class LogPosition(IHubStore store, IHubKeys keys)
{
    private TrailHead? _head;
    private TrailHead? _published;
    private string? _attemptedNote;
    private volatile string? _refusal;

    /// <summary>Where the log is believed to stand.</summary>
    internal TrailHead Head => _head ?? throw new InvalidOperationException("The log's place is not known: recover first.");

    /// <summary>Why nothing may be committed any more; null while commits are possible.</summary>
    internal string? Refusal => _refusal;

    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another key.</exception>
    internal async ValueTask LoadAsync(CancellationToken cancellationToken) =>
        _published = _head = await TrailHead.LoadAsync(store, keys.LogVerifier, cancellationToken);

    /// <summary>Finds out where the log stands after a failure; nothing when it is known.</summary>
    /// <exception cref="InvalidDataException">The log is not one that may be written on.</exception>
    internal async ValueTask RecoverAsync()
    {
        if (_head is not null) return;
        var head = await TrailHead.LoadAsync(store, keys.LogVerifier);
        if (head.CheckpointNote != _published!.CheckpointNote && head.CheckpointNote != _attemptedNote && !await IsContinuedAsync(head)) throw Refuse();
        _published = _head = head;
    }

    /// <summary>Takes the seat of the sequencer, and follows the log to where other nodes have brought it.</summary>
    internal async ValueTask<TrailHead> SeatAsync(IStoreTransaction transaction)
    {
        var seat = await transaction.TakeSeatAsync(Head.Place);
        if (seat.Size == Head.Tree.Size && seat.Note == Head.CheckpointNote) return Head;
        if (!store.IsShared || seat.Size <= _published!.Tree.Size) throw Refuse();
        return _head = await TrailHead.LoadAsync(store, keys.LogVerifier, seat);
    }

    /// <summary>A commit begins that leads here.</summary>
    internal void Committing(TrailHead head) => _attemptedNote = head.CheckpointNote;

    /// <summary>It is durable.</summary>
    internal void Committed(TrailHead head) => _published = _head = head;

    /// <summary>It may be durable or not.</summary>
    internal void Forget() => _head = null;

    private async ValueTask<bool> IsContinuedAsync(TrailHead head) =>
        store.IsShared && head.Tree.Size > _published!.Tree.Size && await TrailReader.IsPrefixAsync(store, _published.Tree, head.Tree);

    private InvalidDataException Refuse() => new(_refusal =
        "The store's log is neither at the last published checkpoint nor at one that continues it: somebody else wrote or restored it. Stop the hub and run 'hub log verify'.");
}
