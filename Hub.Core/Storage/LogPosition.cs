using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>What a committer knows of where the log stands, and its guard against writing to a log that is not the one it published.</summary>
/// <remarks>
/// <para>A commit that failed may be durable or not, so the log is then where it was, or where that commit led to, or, when other
/// nodes write too, further on. A log that went back behind a published checkpoint, or holds another history than it, is never
/// written again: signing on would fork it.</para>
/// <para>Invariant, with two groups under way: <see cref="Head"/> is a place that the log has surely reached, and only grows. It is moved,
/// and commits are attempted, by the group whose turn to commit it is alone (<see cref="GroupTurn"/>); that group knows it for the present
/// place unless there is a doubt, and ends every doubt before it goes on; a commit of its own that fails leaves one behind, before the
/// turn is another's. Any group may have a doubt at any time, also while another commits; that one's success does not end it. What a group that stages reads here is a guess, by
/// which it counts entries: the store moves them when the seat says otherwise. (A store that nobody shares cannot, but there a group
/// that stages has both turns.)</para>
/// </remarks>
internal sealed class LogPosition(IHubStore store, IHubKeys keys)
{
    private volatile TrailHead? _head;
    private volatile string? _refusal;
    private string? _attemptedNote;
    private int _doubts;
    private int _ended;

    /// <summary>Where the log is believed to stand: there, or further on.</summary>
    internal TrailHead Head => _head ?? throw new InvalidOperationException("The log's place is not known: load it first.");

    /// <summary>Why nothing may be committed any more; null while commits are possible.</summary>
    internal string? Refusal => _refusal;

    /// <summary>Whether the log may be elsewhere than any group of this node has seen it.</summary>
    internal bool IsInDoubt => Volatile.Read(ref _doubts) != Volatile.Read(ref _ended);

    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another key.</exception>
    internal async ValueTask LoadAsync(CancellationToken cancellationToken) => _head = await TrailHead.LoadAsync(store, keys.LogVerifier, cancellationToken);

    /// <summary>Finds out where the log stands after a failure; nothing when it is known. By the group that commits.</summary>
    /// <exception cref="InvalidDataException">The log is not one that may be written on.</exception>
    internal async ValueTask RecoverAsync()
    {
        if (!IsInDoubt) return;
        // A doubt that arises while it looks stays one.
        var doubts = Volatile.Read(ref _doubts);
        var head = await TrailHead.LoadAsync(store, keys.LogVerifier);
        if (head.CheckpointNote != Head.CheckpointNote && head.CheckpointNote != _attemptedNote && !await IsContinuedAsync(head)) throw Refuse();
        _head = head;
        Volatile.Write(ref _ended, doubts);
    }

    /// <summary>Takes the seat of the sequencer, and follows the log to where other nodes have brought it. By the group that commits.</summary>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="counted">Where it believed the log to stand when it ran its units.</param>
    internal async ValueTask<TrailHead> SeatAsync(IStoreTransaction transaction, LogPlace counted)
    {
        await RecoverAsync();
        var seat = await transaction.TakeSeatAsync(counted);
        if (seat.Size == Head.Tree.Size && seat.Note == Head.CheckpointNote) return Head;
        if (!store.IsShared || seat.Size <= Head.Tree.Size) throw Refuse();
        return _head = await TrailHead.LoadAsync(store, keys.LogVerifier, seat);
    }

    /// <summary>A commit begins that leads here.</summary>
    internal void Committing(TrailHead head) => _attemptedNote = head.CheckpointNote;

    /// <summary>It is durable.</summary>
    internal void Committed(TrailHead head) => _head = head;

    /// <summary>A commit ended nobody knows how, the store failed, or it is another server than before: the log is looked at before the next
    /// commit. By any group.</summary>
    internal void Doubt() => Interlocked.Increment(ref _doubts);

    private async ValueTask<bool> IsContinuedAsync(TrailHead head) =>
        store.IsShared && head.Tree.Size > Head.Tree.Size && await TrailReader.IsPrefixAsync(store, Head.Tree, head.Tree);

    private InvalidDataException Refuse() => new(_refusal =
        "The store's log is neither at the last published checkpoint nor at one that continues it: somebody else wrote or restored it. Stop the hub and run 'hub log verify'.");
}
