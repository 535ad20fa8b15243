namespace Hub.Adapters.Backup;

/// <summary>What a backup holds; signed by the hub (<see cref="BackupSignature"/>).</summary>
/// <param name="Hub">The hub's address.</param>
/// <param name="Origin">Origin of its log, which names the epoch.</param>
/// <param name="Made">When its snapshot was taken, by the hub's clock.</param>
/// <param name="Program">Version of the program that made it.</param>
/// <param name="LogSize">Entries of the log in the snapshot.</param>
/// <param name="Checkpoint">The snapshot's newest signed checkpoint; null when the log is empty.</param>
/// <param name="LogKey">The log's verifier key (vkey).</param>
/// <param name="SnapshotMilliseconds">How long the snapshot of the database took.</param>
/// <param name="Files">All files but this one, in their order.</param>
/// <param name="Gone">Uploads that the snapshot names and an erasure deleted before they were copied.</param>
public sealed record BackupManifest(
    string Hub, string Origin, DateTimeOffset Made, string Program, long LogSize, string? Checkpoint, string LogKey, long SnapshotMilliseconds, IReadOnlyList<BackupFile> Files, IReadOnlyList<string> Gone)
{
    /// <summary>Its name in the backup.</summary>
    public const string Name = "manifest.json";

    /// <summary>Whether the hub's private keys are in it.</summary>
    public bool HasKeys => Files.Any(static file => file.Name.StartsWith("keys/", StringComparison.Ordinal));

    /// <summary>Octets of all files.</summary>
    public long Octets => Files.Sum(static file => file.Size);
}

/// <summary>A file in a backup.</summary>
/// <param name="Name">Its path in the data folder, with slashes.</param>
/// <param name="Size">Octets.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
public sealed record BackupFile(string Name, long Size, string Sha256);
