using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>An epoch of the log that has ended: a backup was restored, and the tree went on from it under another origin and key.</summary>
/// <param name="Origin">Its origin.</param>
/// <param name="Key">Its key (vkey): verifies its receipts for ever and signs nothing any more.</param>
/// <param name="End">Size of its tree that was kept; what it held from this index on is lost.</param>
/// <param name="LastKnown">The greatest signed checkpoint of it that was known at the restoration; null when only its key was.</param>
/// <param name="LastKnownSize">The size of that checkpoint, or <paramref name="End"/> without one; entries from <paramref name="End"/> up to it, exclusive, are the gap.</param>
/// <param name="Ended">When the next epoch was opened, by the hub's clock.</param>
/// <param name="BackupMade">When the backup was taken that it was restored from.</param>
/// <param name="BackupSha256">SHA-256 of that backup's file.</param>
public sealed record EndedEpoch(string Origin, string Key, long End, string? LastKnown, long LastKnownSize, DateTimeOffset Ended, DateTimeOffset BackupMade, string BackupSha256);

/// <summary>Why and from what an epoch is opened.</summary>
/// <param name="Old">The key of the epoch in which the restored log stands.</param>
/// <param name="LastKnown">The greatest checkpoint of it that anybody has shown; null for the restored one.</param>
/// <param name="Abandoned">Epochs of which nothing was restored, though they were opened after the backup: key and last known checkpoint, if any.</param>
/// <param name="BackupMade">When the backup was taken.</param>
/// <param name="BackupSha256">SHA-256 of its file.</param>
/// <param name="Reason">Why it was restored.</param>
/// <param name="Actor">Who did it.</param>
public sealed record EpochOpening(NoteVerifier Old, string? LastKnown, IReadOnlyList<(NoteVerifier Key, string? LastKnown)> Abandoned, DateTimeOffset BackupMade, string BackupSha256, string Reason, string Actor);

/// <summary>The epochs of a log. The tree is one; each epoch has an origin and a key of its own, and begins with an entry that commits to the
/// last known checkpoint of the one before and names the gap.</summary>
public static class LogEpochs
{
    /// <summary>Under which key of <see cref="Place"/>'s state the list of ended epochs is kept.</summary>
    public const string Key = "epochs";

    /// <summary>In whose state it is kept; no app has this address.</summary>
    public static SystemAddress Place { get; } = SystemAddress.Parse("X00/log");

    /// <summary>The epochs that have ended, oldest first.</summary>
    public static async ValueTask<IReadOnlyList<EndedEpoch>> ReadAsync(IHubStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Parse(await store.ReadAppStateAsync(Place, Key, cancellationToken));
    }

    /// <summary>Opens an epoch: the store's log goes on under the origin and key of <paramref name="keys"/>. Call it before any committer runs;
    /// entry, checkpoint and list of epochs are one commit.</summary>
    /// <returns>The epoch that ended by it.</returns>
    /// <exception cref="InvalidDataException">The log is not signed by the old key, or contradicts the checkpoint that was shown.</exception>
    public static async ValueTask<EndedEpoch> OpenAsync(IHubStore store, IHubKeys keys, EpochOpening opening, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(opening);
        var head = await TrailHead.LoadAsync(store, opening.Old);
        if (head.CheckpointNote is null) throw new InvalidDataException("The restored log is empty: there is no epoch to go on from.");
        var (note, size) = LastKnown(opening, head);
        var earlier = await ReadAsync(store);
        await using var transaction = await store.BeginAsync();
        var batch = new TrailBatch(head, clock);
        var ticket = batch.Append(new TrailEntry(EntryKinds.LogEpochOpened, Key: null, opening.Actor, Body(opening, keys, head.Tree.Size, note, size)));
        EndedEpoch Ended(NoteVerifier key, string? known, long knownSize) =>
            new(key.Name, key.ToString(), head.Tree.Size, known, knownSize, ticket.Header.Time, opening.BackupMade, opening.BackupSha256);
        var ended = Ended(opening.Old, note, size);
        List<EndedEpoch> all = [.. earlier, ended, .. opening.Abandoned.Select(lost => Ended(lost.Key, lost.LastKnown, lost.LastKnown is { } known ? SizeOf(known) : head.Tree.Size))];
        await transaction.WriteAppStateAsync(Place, Key, JsonSerializer.SerializeToUtf8Bytes(all));
        await transaction.TakeSeatAsync(head.Place);
        await batch.IntegrateAsync(head, transaction, keys);
        await transaction.CommitAsync();
        return ended;
    }

    private static (string Note, long Size) LastKnown(EpochOpening opening, TrailHead head)
    {
        if (opening.LastKnown is not { } shown) return (head.CheckpointNote!, head.Tree.Size);
        var checkpoint = Checkpoint.Open(shown, opening.Old) ?? throw new InvalidDataException($"The checkpoint shown is not signed by the key '{opening.Old.Name}'.");
        if (checkpoint.Size < head.Tree.Size) return (head.CheckpointNote!, head.Tree.Size);
        return checkpoint.Size > head.Tree.Size || checkpoint.Root.Span.SequenceEqual(head.Tree.Root())
            ? (shown, checkpoint.Size)
            : throw new InvalidDataException($"The checkpoint of size {checkpoint.Size} that was shown has another root than the restored log: they are two histories under one key. Keep both, and find out which one the partners' receipts belong to.");
    }

    private static JsonObject Body(EpochOpening opening, IHubKeys keys, long restored, string note, long size) => new()
    {
        ["abandoned"] = new JsonArray([.. opening.Abandoned.Select(static lost => (JsonNode)new JsonObject { ["key"] = lost.Key.ToString(), ["lastKnown"] = lost.LastKnown })]),
        ["backupMade"] = Rfc3339.Format(opening.BackupMade),
        ["backupSha256"] = opening.BackupSha256,
        ["gap"] = new JsonObject { ["first"] = Text(restored), ["end"] = Text(size) },
        ["key"] = keys.LogVerifier.ToString(),
        ["lastKnown"] = note,
        ["oldKey"] = opening.Old.ToString(),
        ["oldOrigin"] = opening.Old.Name,
        ["origin"] = keys.LogVerifier.Name,
        ["reason"] = opening.Reason,
        ["restored"] = Text(restored),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long SizeOf(string note) => Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size;

    /// <summary>Reads the list as it is kept.</summary>
    public static IReadOnlyList<EndedEpoch> Parse(ReadOnlyMemory<byte>? octets) =>
        octets is { } stored ? JsonSerializer.Deserialize<List<EndedEpoch>>(stored.Span) ?? [] : [];
}
