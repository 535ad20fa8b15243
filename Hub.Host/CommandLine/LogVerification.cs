using Hub.Contracts.Trail;
using Hub.Host.Api;

namespace Hub.Host.CommandLine;

/// <summary>What verifying a log found.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Entries covered by its checkpoint.</param>
/// <param name="Erased">Entries whose body was erased by law; their headers still verify.</param>
/// <param name="Failures">Each broken link in words; empty when everything holds.</param>
internal sealed record LogVerdict(string Origin, long Size, long Erased, IReadOnlyList<string> Failures)
{
    /// <summary>Whether everything holds.</summary>
    public bool Valid => Failures.Count == 0;
}

/// <summary>Recomputes a log from its leaves: entries against leaf hashes, leaf hashes and all tiles above them against the
/// signed checkpoint, and older checkpoints as prefixes: the one given, and the last known one of each epoch that nothing was lost of. One whose
/// entries a restoration lost is said to be in the gap.</summary>
internal sealed class LogVerification(LogReader log, NoteVerifier key, Action<double> report, IReadOnlyList<EpochView>? ended = null)
{
    /// <summary>A rotten log is reported by its first faults, not by a million lines.</summary>
    private const int MaxFailures = 20;

    private readonly List<string> _failures = [];
    private long _erased;

    /// <param name="older">A checkpoint kept from before, or null.</param>
    internal async Task<LogVerdict> RunAsync(string? older)
    {
        if (Open(await log.CheckpointAsync(), "the newest checkpoint") is not { } head) return Verdict("", 0);
        List<(Checkpoint Checkpoint, string What)> prefixes = [];
        if (older is not null && OpenOlder(older, "the older checkpoint", head.Size) is { } prefix) prefixes.Add((prefix, "the older checkpoint"));
        foreach (var epoch in ended ?? [])
            if (epoch.Ended!.LastKnownSize <= epoch.Ended.Restored && epoch.Ended.LastKnown is { } known && OpenOlder(known, $"the last checkpoint of {epoch.Origin}", head.Size) is { } last) prefixes.Add((last, $"the last checkpoint of {epoch.Origin}"));
        var tree = new CompactTree();
        foreach (var (checkpoint, what) in prefixes.Where(static p => p.Checkpoint.Size == 0)) CheckRoot(checkpoint, tree, what);
        List<byte[]> roots = [];
        for (long tile = 0; tile * TileName.FullWidth < head.Size && _failures.Count < MaxFailures; tile++)
        {
            var first = tile * TileName.FullWidth;
            var width = (int)Math.Min(TileName.FullWidth, head.Size - first);
            var hashes = Split(await log.TileAsync(0, tile, width));
            if (log.SeesEntries) await CheckEntriesAsync(first, hashes);
            foreach (var hash in hashes)
            {
                tree.Add(hash);
                foreach (var (checkpoint, what) in prefixes)
                    if (checkpoint.Size == tree.Size) CheckRoot(checkpoint, tree, what);
            }

            if (width == TileName.FullWidth) roots.Add(RootOf(hashes));
            report((double)tree.Size / head.Size);
        }

        if (tree.Size == head.Size) CheckRoot(head, tree, "the newest checkpoint");
        for (var level = 1; roots.Count > 0; level++) roots = await CheckLevelAsync(level, roots);
        return Verdict(head.Origin, head.Size);
    }

    /// <summary>Opens a checkpoint of this epoch or an earlier one; null when it does not verify, or covers more than the log kept.</summary>
    private Checkpoint? OpenOlder(string note, string what, long size)
    {
        var origin = Checkpoint.Parse(SignedNote.UnverifiedText(note)).Origin;
        var epoch = origin == key.Name ? null : ended?.FirstOrDefault(e => e.Origin == origin);
        if (Open(note, what, epoch is null ? key : NoteVerifier.Parse(epoch.Key)) is not { } checkpoint) return null;
        if (epoch?.Ended is { } end && checkpoint.Size > end.Restored)
        {
            Fail($"{what} covers {checkpoint.Size} entries of {origin}, of which the first {end.Restored} were kept: entries {end.Restored} to {checkpoint.Size - 1} are in the gap, lost with the restoration of {end.At:yyyy-MM-ddTHH:mm:ssZ}"
                + (checkpoint.Size > end.LastKnownSize ? $"; the hub knew of {end.LastKnownSize} only, so more is lost than it says" : ""));
            return null;
        }

        if (checkpoint.Size <= size) return checkpoint;
        Fail($"{what} covers {checkpoint.Size} entries, the log only {size}: entries are missing");
        return null;
    }

    private Checkpoint? Open(string note, string what) => Open(note, what, key);

    private Checkpoint? Open(string note, string what, NoteVerifier key)
    {
        if (SignedNote.Open(note, key) is not { } text)
        {
            Fail($"{what} is not signed by the key {key.Name}");
            return null;
        }

        var checkpoint = Checkpoint.Parse(text);
        if (checkpoint.Origin != key.Name) Fail($"{what} is of the log '{checkpoint.Origin}', the key of '{key.Name}'");
        return checkpoint;
    }

    private void CheckRoot(Checkpoint checkpoint, CompactTree tree, string what)
    {
        if (!tree.Root().AsSpan().SequenceEqual(checkpoint.Root.Span))
            Fail($"the tree of {checkpoint.Size} leaves has another root than {what}: the log was changed");
    }

    private async Task CheckEntriesAsync(long first, byte[][] hashes)
    {
        var entries = await log.EntriesAsync(first, hashes.Length);
        if (entries.Count < hashes.Length) Fail($"entries {first + entries.Count} to {first + hashes.Length - 1} are missing");
        for (var i = 0; i < Math.Min(entries.Count, hashes.Length); i++)
        {
            var (header, commitment) = entries[i];
            if (!MerkleTree.LeafHash(header).AsSpan().SequenceEqual(hashes[i])) Fail($"the header of entry {first + i} is not what the tree holds");
            if (commitment == "erased") _erased++;
            else if (commitment != "holds") Fail($"the body of entry {first + i} is not what its header commits to");
        }
    }

    /// <summary>Checks the tiles of a level against the roots of the full tiles below, and gives the roots of its own full tiles.</summary>
    private async Task<List<byte[]>> CheckLevelAsync(int level, List<byte[]> expected)
    {
        List<byte[]> roots = [];
        for (var tile = 0; tile * TileName.FullWidth < expected.Count; tile++)
        {
            var width = Math.Min(TileName.FullWidth, expected.Count - (tile * TileName.FullWidth));
            var hashes = Split(await log.TileAsync(level, tile, width));
            for (var i = 0; i < width; i++)
                if (!hashes[i].AsSpan().SequenceEqual(expected[(tile * TileName.FullWidth) + i])) Fail($"hash {i} of tile {level}/{tile} is not the root of what lies below it");
            if (width == TileName.FullWidth) roots.Add(RootOf(hashes));
        }

        return roots;
    }

    private static byte[] RootOf(byte[][] hashes)
    {
        var tree = new CompactTree();
        foreach (var hash in hashes) tree.Add(hash);
        return tree.Root();
    }

    private static byte[][] Split(byte[] octets) => [.. octets.Chunk(MerkleTree.HashLength)];

    private void Fail(string failure)
    {
        if (_failures.Count < MaxFailures) _failures.Add(failure);
    }

    private LogVerdict Verdict(string origin, long size) => new(origin, size, _erased, _failures);
}
