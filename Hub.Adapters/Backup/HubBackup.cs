using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Adapters.Backup;

/// <summary>Takes a backup of a hub on SQLite while it works. Thread-safe; one at a time.</summary>
/// <remarks>
/// <para>First a snapshot of the database, beside it; then, without haste, what the snapshot refers to: body segments up to its last body
/// (they only grow) and uploads (they never change). So the whole is the hub as of one commit.</para>
/// <para>Failure policy: nothing of the hub is changed. A backup that ends early has no last chunk and is refused by whoever reads it; the
/// snapshot is deleted at the end, by the next backup, or at the next start. Memory: a few MiB, whatever the size. Disk: the size of
/// <c>hub.db</c> beside it, and what the write-ahead log grows by meanwhile.</para>
/// </remarks>
/// <param name="store">The hub's store.</param>
/// <param name="settings">Its folder.</param>
/// <param name="keys">Who it is.</param>
/// <param name="disk">Refuses when there is no room for the snapshot.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class HubBackup(IHubStore store, HubSettings settings, IHubKeys keys, DiskGuard disk, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Refuses what cannot be backed up this way, before anything is written.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the store is a database with tools of its own; <c>unavailable</c>: no room.</exception>
    public void Check()
    {
        if (store is not SqliteHubStore)
            throw ProblemCode.InvalidRequest.With("This hub keeps everything in a database that has its own tools for backups: take it with them, as the operator's guide says under 'Backup'.");
        disk.RequireRoom(new FileInfo(DatabasePath).Length);
    }

    /// <summary>Writes a sealed backup.</summary>
    /// <param name="output">Where to; not closed.</param>
    /// <param name="recipient">Whose private key opens it.</param>
    /// <param name="withKeys">Whether <c>keys/</c> goes along, without the log's key, which nobody needs again.</param>
    /// <param name="program">Version of this program.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException">As <see cref="Check"/>; <c>unavailable</c> while another backup is taken.</exception>
    /// <exception cref="IOException">Something could not be read or written.</exception>
    public async Task<BackupManifest> WriteAsync(Stream output, SealingKey recipient, bool withKeys, string program, CancellationToken cancellationToken = default)
    {
        Check();
        if (!await _one.WaitAsync(TimeSpan.Zero, cancellationToken)) throw ProblemCode.Unavailable.With("A backup of this hub is being taken; wait for its end.");
        var snapshot = Path.Combine(settings.DataDirectory, SqliteHubStore.SnapshotName);
        try
        {
            await using var stream = new SealingStream(output, recipient);
            await stream.BeginAsync(cancellationToken);
            var (made, started) = (clock.GetUtcNow(), clock.GetTimestamp());
            await ((SqliteHubStore)store).SnapshotAsync(snapshot);
            var took = (long)clock.GetElapsedTime(started).TotalMilliseconds;
            var archive = new ArchiveWriter(stream);
            await AddFolderAsync(archive, BackupNames.Identity, "public", cancellationToken);
            if (withKeys) await AddFolderAsync(archive, null, "keys", cancellationToken);
            List<string> gone = [];
            await AddFileAsync(archive, BackupNames.Database, snapshot, cancellationToken);
            string? note;
            using (var database = SnapshotDatabase.Open(snapshot))
            {
                note = database.Head()?.Note;
                await AddBodiesAsync(archive, database.LastBody(), cancellationToken);
                foreach (var (owner, sha256) in database.NamedUploads()) await AddUploadAsync(archive, owner, sha256, gone, cancellationToken);
            }

            if (File.Exists(PathOf(BackupNames.Erasures))) await AddFileAsync(archive, BackupNames.Erasures, PathOf(BackupNames.Erasures), cancellationToken);
            var size = note is null ? 0 : Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size;
            var manifest = new BackupManifest(keys.Address.ToString(), keys.LogVerifier.Name, made, program, size, note, keys.LogVerifier.ToString(), took, [.. archive.Files], gone);
            await archive.FinishAsync(manifest, keys.Statement, cancellationToken);
            await stream.FinishAsync(cancellationToken);
            return manifest;
        }
        finally
        {
            SqliteHubStore.DeleteSnapshot(snapshot);
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private string DatabasePath => PathOf(BackupNames.Database);

    private string PathOf(string name) => Path.Combine(settings.DataDirectory, name);

    private async ValueTask AddFolderAsync(ArchiveWriter archive, string? first, string folder, CancellationToken cancellationToken)
    {
        if (first is not null) await AddFileAsync(archive, first, PathOf(first), cancellationToken);
        foreach (var file in Directory.EnumerateFiles(PathOf(folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(settings.DataDirectory, file).Replace(Path.DirectorySeparatorChar, '/');
            // What a crash left half-written has other names, and the log's private key stays where it is.
            if (BackupNames.IsKnown(name)) await AddFileAsync(archive, name, file, cancellationToken);
        }
    }

    private async ValueTask AddBodiesAsync(ArchiveWriter archive, BodyLocation? last, CancellationToken cancellationToken)
    {
        for (var segment = 1; segment <= last?.Segment; segment++)
        {
            var name = SegmentFolder.NameOf(segment);
            if (!File.Exists(PathOf($"bodies/{name}"))) continue; // Its bodies were all erased, and an operator removed it.
            await using var file = Open(PathOf($"bodies/{name}"));
            await archive.AddAsync($"bodies/{name}", file, segment == last.Value.Segment ? last.Value.End : file.Length, cancellationToken);
        }
    }

    private async ValueTask AddUploadAsync(ArchiveWriter archive, SystemAddress owner, string sha256, List<string> gone, CancellationToken cancellationToken)
    {
        var place = UploadPlace.Of(PathOf("uploads"), owner, sha256);
        var name = BackupNames.OfUpload(owner, sha256);
        try
        {
            await AddFileAsync(archive, name, place.Complete, cancellationToken);
            if (File.Exists(place.Complete)) return;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            // Named below.
        }

        gone.Add(name);
    }

    private static async ValueTask AddFileAsync(ArchiveWriter archive, string name, string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        await archive.AddAsync(name, file, file.Length, cancellationToken);
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
}
