using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>The entries of one grouped commit on their way into the tree. Nothing outside changes until the commit that
/// holds it is durable: an abandoned batch is simply forgotten.</summary>
/// <param name="head">Where the log is believed to stand; the seat of the sequencer tells (<see cref="IntegrateAsync"/>).</param>
/// <param name="clock">Time of entries.</param>
internal sealed class TrailBatch(TrailHead head, TimeProvider clock)
{
    private readonly List<EntryTicket> _tickets = [];
    private DateTimeOffset _time = head.Time;

    internal int Count => _tickets.Count;

    /// <summary>Appends an entry. Its index is the one it has if no other node appends before this batch is integrated.</summary>
    /// <exception cref="ArgumentException">Kind and actor make its header too long.</exception>
    internal EntryTicket Append(TrailEntry entry)
    {
        var time = Later(_time, clock.GetUtcNow());
        var ticket = new EntryTicket(entry, entry.Seal(), head.Tree.Size + _tickets.Count, time);
        _time = time;
        _tickets.Add(ticket);
        return ticket;
    }

    /// <summary>Forgets the entries after the first <paramref name="count"/>.</summary>
    internal void Truncate(int count) => _tickets.RemoveRange(count, _tickets.Count - count);

    /// <summary>Writes entries, tiles and the one signed checkpoint, and fills the tickets. Returns where the log stands
    /// once the transaction is durable.</summary>
    /// <param name="seat">Where the log really stands, as whoever has the seat of the sequencer knows.</param>
    /// <param name="transaction">The transaction that has the seat.</param>
    /// <param name="keys">The log's key.</param>
    internal async ValueTask<TrailHead> IntegrateAsync(TrailHead seat, IStoreTransaction transaction, IHubKeys keys)
    {
        if (_tickets.Count == 0) return seat;
        for (var i = 0; i < _tickets.Count; i++) _tickets[i].Place(seat.Tree.Size + i, earliest: seat.Time);
        var tree = seat.Tree.Grow(_tickets.Select(static t => MerkleTree.LeafHash(t.Record.Header.Span)), out var changed);
        await transaction.AppendEntriesAsync(_tickets.ConvertAll(static t => t.Record));
        foreach (var tile in changed) await transaction.WriteTileAsync(tile.Level, tile.Index, tree.Hashes(tile));

        var checkpoint = new Checkpoint(keys.LogVerifier.Name, tree.Size, tree.Root());
        var note = await SignedNote.SignAsync(checkpoint.ToString(), checkpoint.Origin, keys.Log, keys.LogVerifier.Key.SubjectPublicKeyInfo);
        await transaction.WriteCheckpointAsync(tree.Size, note);
        foreach (var ticket in _tickets) ticket.Integrate(tree, note);
        return new TrailHead(tree, note, _tickets[^1].Header.Time);
    }

    private static DateTimeOffset Later(DateTimeOffset previous, DateTimeOffset now)
    {
        var whole = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)).ToUniversalTime();
        return whole > previous ? whole : previous;
    }
}
