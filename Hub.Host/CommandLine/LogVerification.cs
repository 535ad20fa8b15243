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
/// entries a restoration lost is said to be in the gap. What the hub says of epochs that have ended is held against the entries that ended them.</summary>
/// <param name="log">The log.</param>
/// <param name="key">The key of the present epoch.</param>
/// <param name="report">Is told how far it is, 0 to 1.</param>
/// <param name="ended">Epochs that have ended, by the hub's word.</param>
/// <param name="trusted">Keys got on another way; for the epoch that one names it counts more than the hub's word.</param>
internal sealed class LogVerification(LogReader log, NoteVerifier key, Action<double> report, IReadOnlyList<EpochView>? ended = null, IReadOnlyList<NoteVerifier>? trusted = null)
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
        var leaves = CheckEpochs(head.Size);
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
                foreach (var (leaf, origin) in leaves[tree.Size])
                    if (!hash.AsSpan().SequenceEqual(leaf)) Fail($"entry {tree.Size} of the tree is not the one that the hub shows as the end of {origin}");
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

    /// <summary>Checks the hub's account of each epoch that has ended.</summary>
    /// <returns>The leaves that the tree must have for it, by index.</returns>
    private ILookup<long, (byte[] Leaf, string Origin)> CheckEpochs(long size)
    {
        HashSet<string> keys = [key.ToString(), .. (ended ?? []).Select(static epoch => epoch.Key)];
        List<(long Index, byte[] Leaf, string Origin)> leaves = [];
        foreach (var epoch in ended ?? [])
        {
            var (failures, leaf) = EpochOpeningCheck.Run(epoch, keys);
            foreach (var failure in failures) Fail(failure);
            if (leaf is not null) leaves.Add((epoch.Ended!.Restored, leaf, epoch.Origin));
            if (epoch.Ended!.Restored < 0 || epoch.Ended.Restored >= size) Fail($"{epoch.Origin} is said to have ended at entry {epoch.Ended.Restored}, and the log has {size}");
            if (Trusted(epoch.Origin) is { } own && own.ToString() != epoch.Key) Fail($"the key of {epoch.Origin} that the hub shows is not the one given: {epoch.Key}");
            if (epoch.Ended.LastKnown is { } note && Open(note, $"the last checkpoint of {epoch.Origin}", KeyOf(epoch)) is { } last && last.Size != epoch.Ended.LastKnownSize)
                Fail($"the last checkpoint of {epoch.Origin} is of size {last.Size}, not {epoch.Ended.LastKnownSize}");
        }

        foreach (var unknown in (trusted ?? []).Where(own => own.Name != key.Name && ended?.Any(epoch => epoch.Origin == own.Name) is not true))
            Fail($"the hub says nothing of {unknown.Name}, whose key was given");
        return leaves.ToLookup(static known => known.Index, static known => (known.Leaf, known.Origin));
    }

    private NoteVerifier? Trusted(string origin) => trusted?.FirstOrDefault(own => own.Name == origin);

    private NoteVerifier KeyOf(EpochView epoch) => Trusted(epoch.Origin) ?? NoteVerifier.Parse(epoch.Key);

    /// <summary>Opens a checkpoint of this epoch or an earlier one; null when it does not verify, or covers more than the log kept.</summary>
    private Checkpoint? OpenOlder(string note, string what, long size)
    {
        var origin = Checkpoint.Parse(SignedNote.UnverifiedText(note)).Origin;
        var epoch = origin == key.Name ? null : ended?.FirstOrDefault(e => e.Origin == origin);
        if (Open(note, what, epoch is null ? key : KeyOf(epoch)) is not { } checkpoint) return null;
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
