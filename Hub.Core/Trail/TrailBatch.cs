using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>The entries of one grouped commit on their way into the tree. Nothing outside changes until the commit that
/// holds it is durable: an abandoned batch is simply forgotten.</summary>
internal sealed class TrailBatch(TrailHead head, TimeProvider clock)
{
    private readonly List<(EntryTicket Ticket, byte[] LeafHash)> _entries = [];
    private DateTimeOffset _time = head.Time;

    internal int Count => _entries.Count;

    /// <summary>Appends an entry: salt, commitment, header, leaf hash. Its time is the clock's, or that of the entry before
    /// when the clock went back.</summary>
    internal EntryTicket Append(TrailEntry entry)
    {
        var (body, salt, commitment) = entry.Seal();
        var time = Later(_time, clock.GetUtcNow());
        var header = new EntryHeader(entry.Kind, time, entry.Key?.Value, entry.Actor, commitment);
        var leaf = header.ToCanonicalJson();
        if (leaf.Length > EntryHeader.MaxLength) throw new ArgumentException($"An entry header has at most {EntryHeader.MaxLength} bytes; kind and actor make this one {leaf.Length}.", nameof(entry));

        var index = head.Tree.Size + _entries.Count;
        var ticket = new EntryTicket { Index = index, Header = header, Record = new EntryRecord(index, leaf, salt, body) };
        _entries.Add((ticket, MerkleTree.LeafHash(leaf)));
        _time = time;
        return ticket;
    }

    /// <summary>Forgets the entries after the first <paramref name="count"/>.</summary>
    internal void Truncate(int count) => _entries.RemoveRange(count, _entries.Count - count);

    /// <summary>Writes entries, tiles and the one signed checkpoint, and fills the tickets. Returns where the log stands
    /// once the transaction is durable.</summary>
    internal async ValueTask<TrailHead> IntegrateAsync(IStoreTransaction transaction, IHubKeys keys)
    {
        if (_entries.Count == 0) return head;
        var tree = head.Tree.Grow(_entries.Select(static e => e.LeafHash), out var changed);
        await transaction.AppendEntriesAsync(_entries.ConvertAll(static e => e.Ticket.Record));
        foreach (var tile in changed) await transaction.WriteTileAsync(tile.Level, tile.Index, tree.Hashes(tile));

        var checkpoint = new Checkpoint(keys.LogVerifier.Name, tree.Size, tree.Root());
        var note = await SignedNote.SignAsync(checkpoint.ToString(), checkpoint.Origin, keys.Log, keys.LogVerifier.Key.SubjectPublicKeyInfo);
        await transaction.WriteCheckpointAsync(tree.Size, note);
        foreach (var (ticket, _) in _entries) ticket.Integrate(tree, note);
        return new TrailHead(tree, note, _time);
    }

    private static DateTimeOffset Later(DateTimeOffset previous, DateTimeOffset now)
    {
        var whole = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)).ToUniversalTime();
        return whole > previous ? whole : previous;
    }
}
