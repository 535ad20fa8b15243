using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>Receipts and proofs out of the store's tiles, for any tree size the log has had. A receipt right after its
/// commit is made from memory alone. Thread-safe.</summary>
public sealed class TrailReader(IHubStore store)
{
    private const int CachedTiles = 256;

    private readonly TileCache _cache = new(CachedTiles);

    /// <summary>The receipt of an accepted message: always the same one.</summary>
    /// <exception cref="ProblemException"><c>content-erased</c> when the entry's body was erased by law.</exception>
    public async ValueTask<Receipt> ReceiptAsync(MessageRecord message, CancellationToken cancellationToken = default)
    {
        var entries = await store.ListEntriesAsync(message.Entry, 1, cancellationToken);
        if (entries is not [var entry] || entry.Index != message.Entry || await store.FindCheckpointAsync(message.Entry, cancellationToken) is not { } note)
            throw new InvalidDataException($"The log lacks entry {message.Entry} of message {message.Key}, or a checkpoint that covers it. Run 'hub log verify'.");
        // Another message's entry tells who wrote to whom.
        if (entry.ParseHeader().Key != message.Key.Value)
            throw new InvalidDataException($"Entry {message.Entry} of the log is not that of message {message.Key}. Run 'hub log verify'.");
        if (entry.Body is not { } body || entry.Salt is not { } salt)
            throw ProblemCode.ContentErased.With($"The body of the log entry {message.Entry} was erased, so its receipt cannot be made again; the receipt given at acceptance stays valid.");
        var size = Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size;
        var proof = await InclusionProofAsync(message.Entry, size, cancellationToken);
        return Receipt.Create(entry.ParseHeader(), body, salt, message.Entry, proof, note);
    }

    /// <summary>An entry with its body, salt and proof in the tree of a checkpoint, in the form of a receipt; null when there is none or its body was
    /// erased. Only for entries that anybody may read.</summary>
    public async ValueTask<Receipt?> ProofOfAsync(long index, string checkpointNote, CancellationToken cancellationToken = default)
    {
        if (await store.ListEntriesAsync(index, 1, cancellationToken) is not [{ Body: { } body, Salt: { } salt } entry] || entry.Index != index) return null;
        var size = Checkpoint.Parse(SignedNote.UnverifiedText(checkpointNote)).Size;
        return Receipt.Create(entry.ParseHeader(), body, salt, index, await InclusionProofAsync(index, size, cancellationToken), checkpointNote);
    }

    /// <summary>The receipt of an entry whose unit has just been committed.</summary>
    /// <param name="ticket">The ticket, after the committer has returned.</param>
    /// <exception cref="InvalidOperationException">The ticket's group was not integrated.</exception>
    public static Receipt ReceiptOf(EntryTicket ticket)
    {
        var tree = ticket.Tree ?? throw new InvalidOperationException("The ticket's group is not committed yet: await the committer first.");
        var entry = ticket.Record;
        return Receipt.Create(ticket.Header, entry.Body!.Value, entry.Salt!.Value, ticket.Index, tree.Inclusion(ticket.Index), ticket.CheckpointNote);
    }

    /// <summary>Whether the tree that somebody knew is a prefix of the one that the store holds now.</summary>
    internal static async ValueTask<bool> IsPrefixAsync(IHubStore store, TreeHead known, TreeHead now)
    {
        if (known.Size == 0) return true;
        var proof = await new TrailReader(store).ConsistencyProofAsync(known.Size, now.Size);
        return MerkleTree.VerifyConsistency(known.Size, known.Root(), now.Size, now.Root(), proof);
    }

    /// <summary>The proof that an entry is in the tree of a size.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the index is not below the size, or the log is shorter.</exception>
    public ValueTask<IReadOnlyList<byte[]>> InclusionProofAsync(long index, long size, CancellationToken cancellationToken = default)
    {
        if (index < 0 || index >= size) throw ProblemCode.InvalidRequest.With($"The index {index} is not within a tree of size {size}: ask for 0 ≤ index < size.");
        return ProveAsync(MerkleProofs.InclusionRanges(index, size), size, cancellationToken);
    }

    /// <summary>The proof that the tree of the first size is a prefix of the tree of the second.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the first is negative or greater, or the log is shorter.</exception>
    public ValueTask<IReadOnlyList<byte[]>> ConsistencyProofAsync(long firstSize, long secondSize, CancellationToken cancellationToken = default)
    {
        if (firstSize < 0 || firstSize > secondSize) throw ProblemCode.InvalidRequest.With($"There is no proof from size {firstSize} to size {secondSize}: ask for 0 ≤ first ≤ second.");
        return ProveAsync(MerkleProofs.ConsistencyRanges(firstSize, secondSize), secondSize, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<byte[]>> ProveAsync(IReadOnlyList<MerkleRange> ranges, long size, CancellationToken cancellationToken)
    {
        var tiles = new Dictionary<TileAddress, TreeTile>();
        foreach (var node in ranges.SelectMany(static r => r.Nodes()))
        {
            var address = TileAddress.Of(node).Tile;
            if (!tiles.ContainsKey(address)) tiles.Add(address, await TileAsync(address, address.WidthIn(size), size, cancellationToken));
        }

        return MerkleProofs.Hashes(ranges, (level, index) =>
        {
            var (address, height, position) = TileAddress.Of(new MerkleNode(level, index));
            return tiles[address].Node(height, position).ToArray();
        });
    }

    private async ValueTask<TreeTile> TileAsync(TileAddress address, int width, long size, CancellationToken cancellationToken)
    {
        if (_cache.Find(address, width) is { } cached) return cached;
        var hashes = await store.ReadTileAsync(address.Level, address.Index, cancellationToken);
        return hashes.Length >= width * MerkleTree.HashLength
            ? _cache.Add(address, hashes.Span)
            : throw ProblemCode.InvalidRequest.With($"The log has no tree of size {size} yet. Read /log/checkpoint for its size.");
    }
}
