using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>Where the log stands: the tree, its signed checkpoint, and the time of the last entry.</summary>
/// <param name="Tree">The tree's edge.</param>
/// <param name="CheckpointNote">The signed checkpoint; null for a log without entries.</param>
/// <param name="Time">Time of the last entry, before which none is written.</param>
internal sealed record TrailHead(TreeHead Tree, string? CheckpointNote, DateTimeOffset Time)
{
    internal LogPlace Place => new(Tree.Size, CheckpointNote, Time);

    /// <summary>Reads where the log stands, and checks that its newest checkpoint is signed by the key and that the tiles
    /// lead to its root: a log that signed on after losing entries would contradict itself.</summary>
    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another hub.</exception>
    internal static async ValueTask<TrailHead> LoadAsync(IHubStore store, NoteVerifier logKey, CancellationToken cancellationToken = default)
    {
        if (await store.FindCheckpointAsync(entry: null, cancellationToken) is not { } note)
        {
            return (await store.ListEntriesAsync(0, 1, cancellationToken)).Count == 0
                ? new TrailHead(TreeHead.Empty, null, DateTimeOffset.MinValue)
                : throw new InvalidDataException("The store has log entries but no checkpoint. Restore it from a backup.");
        }

        var checkpoint = Checkpoint.Open(note, logKey)
            ?? throw new InvalidDataException($"The newest checkpoint in the store is not signed by the log key '{logKey.Name}'. Bring back the key that belongs to this store.");
        var tree = await ReadTreeAsync(store, checkpoint, cancellationToken);
        var last = await store.ListEntriesAsync(checkpoint.Size - 1, 2, cancellationToken);
        // Other nodes may have gone on since; one that writes alone has not.
        if (last.Count < 1 || (last.Count > 1 && !store.IsShared)) throw Damaged(checkpoint.Size);
        return new TrailHead(tree, note, last[0].ParseHeader().Time);
    }

    /// <summary>Where the log stands by the word of its seat; the same checks.</summary>
    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another hub.</exception>
    internal static async ValueTask<TrailHead> LoadAsync(IHubStore store, NoteVerifier logKey, LogPlace seat)
    {
        if (seat.Note is null) return new TrailHead(TreeHead.Empty, null, DateTimeOffset.MinValue);
        if (Checkpoint.Open(seat.Note, logKey) is not { } checkpoint || checkpoint.Size != seat.Size) throw Damaged(seat.Size);
        return new TrailHead(await ReadTreeAsync(store, checkpoint, CancellationToken.None, seat.Edge), seat.Note, seat.Time);
    }

    private static async ValueTask<TreeHead> ReadTreeAsync(
        IHubStore store, Checkpoint checkpoint, CancellationToken cancellationToken, IReadOnlyDictionary<(int Level, long Index), ReadOnlyMemory<byte>>? atHand = null)
    {
        List<TileAddress> edge = [];
        for (var level = 0; checkpoint.Size >> (TreeTile.Height * level) > 0; level++)
        {
            var address = new TileAddress(level, (checkpoint.Size >> (TreeTile.Height * level)) / TreeTile.MaxWidth);
            if (address.WidthIn(checkpoint.Size) > 0) edge.Add(address);
        }

        var places = edge.ConvertAll(static a => (a.Level, a.Index));
        var read = atHand is not null && places.TrueForAll(atHand.ContainsKey) ? places.ConvertAll(p => atHand[p]) : await store.ReadTilesAsync(places, cancellationToken);
        var tiles = new Dictionary<TileAddress, TreeTile>();
        foreach (var (address, hashes) in edge.Zip(read))
        {
            var length = address.WidthIn(checkpoint.Size) * MerkleTree.HashLength;
            if (hashes.Length < length) throw Damaged(checkpoint.Size);
            tiles.Add(address, TreeTile.Of(hashes.Span[..length]));
        }

        var tree = new TreeHead(checkpoint.Size, tiles);
        return checkpoint.Root.Span.SequenceEqual(tree.Root()) ? tree : throw Damaged(checkpoint.Size);
    }

    private static InvalidDataException Damaged(long size) =>
        new($"The entries or tiles in the store do not lead to the checkpoint of size {size}. Run 'hub log verify', and restore the store from a backup.");
}
