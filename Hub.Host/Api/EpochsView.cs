using Hub.Core.Trail;

namespace Hub.Host.Api;

/// <summary>The epochs of the log, oldest first; the last one is the present one.</summary>
/// <param name="Epochs">All of them.</param>
internal sealed record EpochsView(IReadOnlyList<EpochView> Epochs)
{
    /// <param name="ended">Epochs that have ended.</param>
    /// <param name="openings">The proven entries that ended them, by index.</param>
    /// <param name="keys">The present epoch.</param>
    internal static EpochsView Of(IReadOnlyList<EndedEpoch> ended, IReadOnlyDictionary<long, string> openings, IHubKeys keys) => new(
    [
        .. ended.Select(e => new EpochView(e.Origin, e.Key, new EpochEndView(e.End, e.LastKnown, e.LastKnownSize, e.Ended, e.BackupMade, e.BackupSha256, openings.GetValueOrDefault(e.End)))),
        new EpochView(keys.LogVerifier.Name, keys.LogVerifier.ToString(), null),
    ]);
}

/// <summary>An epoch of the log.</summary>
/// <param name="Origin">Its origin.</param>
/// <param name="Key">Its key (C2SP vkey).</param>
/// <param name="Ended">How it ended; null for the present one.</param>
internal sealed record EpochView(string Origin, string Key, EpochEndView? Ended);

/// <summary>How an epoch ended: a backup was restored.</summary>
/// <param name="Restored">Size of its tree that was kept. The entry at this index, the first of the next epoch, commits to all that is said here.</param>
/// <param name="LastKnown">The greatest signed checkpoint known of it; null when only its key is.</param>
/// <param name="LastKnownSize">Its size: entries from <paramref name="Restored"/> up to it are lost.</param>
/// <param name="At">When the next epoch was opened.</param>
/// <param name="BackupMade">When the backup was taken.</param>
/// <param name="BackupSha256">SHA-256 of the backup's file.</param>
/// <param name="Opening">The entry at <paramref name="Restored"/>, <c>log.epoch-opened</c>, with body, salt and inclusion proof under the present
/// checkpoint: a tlog-proof in the form of a receipt. What it commits to is what counts.</param>
internal sealed record EpochEndView(long Restored, string? LastKnown, long LastKnownSize, DateTimeOffset At, DateTimeOffset BackupMade, string BackupSha256, string? Opening);
