using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;

namespace Hub.Adapters.Backup;

/// <summary>What a backup was found to hold.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Sha256">SHA-256 of the backup's file.</param>
/// <param name="Bodies">Bodies that were opened and compared with their digests.</param>
/// <param name="Unopened">Bodies that were not, for want of the data key or because a sample was asked for.</param>
/// <param name="Vouched">Whether a statement key from outside the backup vouches for it. Without, whoever has the recipient's public key may have made it.</param>
/// <param name="Missing">Uploads that its database names and that are in it no more: lost before it was made, or erased while it was.</param>
public sealed record BackupReport(BackupManifest Manifest, string Sha256, long Bodies, long Unopened, bool Vouched, IReadOnlyList<string> Missing);

/// <summary>Reads a backup from its first octet to its last and proves that a hub can be restored from it.</summary>
/// <param name="key">Opens it.</param>
/// <param name="dataKey">The hub's data key (<c>keys/data.key</c>); null to leave bodies closed, or to take the backup's own.</param>
/// <param name="statement">The hub's statement key, which must have signed the manifest; null to take the backup's own, if it has it.</param>
/// <param name="apart">Opens one body of so many; 1: each.</param>
/// <param name="shown">Checkpoints that must not contradict the log in it: those of its own origin, not greater than it, are prefixes of it.</param>
public sealed class BackupVerification(UnsealingKey key, byte[]? dataKey, VerificationKey? statement, int apart, IReadOnlyList<Checkpoint>? shown = null)
{
    private const string DataKeyName = "keys/data.key";
    private const string StatementKeyName = "keys/statement.pem";
    private readonly HashSet<string> _uploads = new(StringComparer.Ordinal);
    private byte[]? _dataKey = dataKey;
    private VerificationKey? _ownStatement;
    private string[] _missing = [];
    private NoteVerifier? _logKey;
    private SnapshotDatabase? _database;
    private long _opened;
    private long _seen;

    /// <summary>Verifies.</summary>
    /// <param name="file">The backup, from its start.</param>
    /// <param name="work">An empty folder that only the caller may read; the database is put there for as long as it takes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is damaged, altered, cut short, or not what a hub can be restored from; the message says where.</exception>
    public async Task<BackupReport> RunAsync(Stream file, string work, CancellationToken cancellationToken = default)
    {
        await using var hashing = new HashingStream(file);
        await using var plain = await UnsealingStream.OpenAsync(hashing, key, cancellationToken);
        var archive = new ArchiveReader(plain);
        var snapshot = Path.Combine(work, BackupNames.Database);
        try
        {
            while (await archive.NextAsync(cancellationToken) is var (name, content)) await VisitAsync(name, content, snapshot, cancellationToken);
            if (_database is null) throw new InvalidDataException("The backup holds no database.");
            CheckOrigin(archive, _database);
            _missing = [.. _database.NamedUploads().Select(static upload => BackupNames.OfUpload(upload.Owner, upload.Sha256)).Distinct().Where(name => !_uploads.Contains(name))];
            if (_missing.Except(archive.Manifest!.Gone).FirstOrDefault() is { } lacking) throw new InvalidDataException($"The backup lacks '{lacking}', an upload that its database refers to.");
            if (_seen < _database.CountBodies()) throw new InvalidDataException($"The backup lacks segments: {_database.CountBodies() - _seen} bodies that its database refers to are not in it.");
        }
        catch (Exception damaged) when (damaged is Microsoft.Data.Sqlite.SqliteException or Hub.Core.Storage.StoreFailedException or FormatException)
        {
            throw new InvalidDataException($"The database in the backup is damaged: {damaged.Message}", damaged);
        }
        finally
        {
            _database?.Dispose();
            Stores.Sqlite.SqliteHubStore.DeleteSnapshot(snapshot);
        }

        var manifest = archive.Manifest!;
        return new BackupReport(manifest, hashing.Digest(), _opened, _seen - _opened, statement is not null, _missing);
    }

    /// <summary>Whose backup it is: the manifest is signed by the hub, and says of log and database what is in them.</summary>
    private void CheckOrigin(ArchiveReader archive, SnapshotDatabase database)
    {
        var manifest = archive.Manifest!;
        if ((statement ?? _ownStatement) is { } signer && !archive.IsSignedBy(signer))
            throw new InvalidDataException("The backup's manifest is not signed by the hub's statement key: it is a backup of another hub, or somebody made it who has the recipient's public key.");
        if (manifest.LogKey != _logKey?.ToString() || manifest.Origin != _logKey.Name) throw new InvalidDataException($"The log key in the backup's manifest ('{manifest.Origin}') is not the one in its {BackupNames.LogKey}.");
        if (manifest.Checkpoint != database.Head()?.Note) throw new InvalidDataException("The checkpoint in the backup's manifest is not the newest one in its database.");
    }

    private async ValueTask VisitAsync(string name, ArchiveContent content, string snapshot, CancellationToken cancellationToken)
    {
        if (name == BackupNames.LogKey) _logKey = NoteVerifier.Parse(Encoding.UTF8.GetString(await SmallAsync(name, content, cancellationToken)).Trim());
        else if (name == StatementKeyName) _ownStatement = BackupKeys.StatementOf(await SmallAsync(name, content, cancellationToken));
        else if (BackupNames.IsUpload(name)) _uploads.Add(name);
        else if (name == DataKeyName) _dataKey ??= await SmallAsync(name, content, cancellationToken);
        else if (name == BackupNames.Database) await OpenDatabaseAsync(content, snapshot, cancellationToken);
        else if (BackupNames.IsSegment(name)) await BodiesAsync(int.Parse(Path.GetFileNameWithoutExtension(name), CultureInfo.InvariantCulture), content, cancellationToken);
    }

    private async ValueTask OpenDatabaseAsync(ArchiveContent content, string snapshot, CancellationToken cancellationToken)
    {
        DurableFile.Write(snapshot, [], DurableFile.OwnerOnlyFile, overwrite: true);
        await using (var file = new FileStream(snapshot, FileMode.Open, FileAccess.Write)) await content.CopyToAsync(file, cancellationToken);
        _database = SnapshotDatabase.Open(snapshot);
        if (_database.Damage() is { } damage) throw new InvalidDataException($"The database in the backup is damaged: {damage}");
        await CheckLogAsync(_database);
    }

    private async ValueTask CheckLogAsync(SnapshotDatabase database)
    {
        var prefixes = (shown ?? []).Where(known => known.Origin == _logKey?.Name).ToLookup(static known => known.Size);
        var (size, root, uncommitted) = database.HashLog(tree => Compare(prefixes[tree.Size], tree));
        if (uncommitted is { } entry) throw new InvalidDataException($"The body of entry {entry} of the log in the backup is not what its header commits to.");
        if (database.Head() is not { } head)
        {
            if (size > 0) throw new InvalidDataException("The log in the backup has entries but no checkpoint.");
            return;
        }

        if (_logKey is null || Checkpoint.Open(head.Note, _logKey) is not { } checkpoint)
            throw new InvalidDataException($"The newest checkpoint in the backup is not signed by the key in its {BackupNames.LogKey}.");
        if (checkpoint.Size != size || !checkpoint.Root.Span.SequenceEqual(root)) throw new InvalidDataException($"The {size} entries of the log in the backup do not lead to its checkpoint of size {checkpoint.Size}.");
        var tiles = await EdgeRoot.ComputeAsync(size, (level, index) => Task.FromResult(database.Tile(level, index)));
        if (!checkpoint.Root.Span.SequenceEqual(tiles)) throw new InvalidDataException($"The tiles of the log in the backup do not lead to its checkpoint of size {size}.");
    }

    private static void Compare(IEnumerable<Checkpoint> known, Stores.Copying.TreeFrontier tree)
    {
        foreach (var checkpoint in known)
            if (!checkpoint.Root.Span.SequenceEqual(tree.Root()))
                throw new InvalidDataException($"A checkpoint of size {checkpoint.Size} of the log '{checkpoint.Origin}' that was shown has another root than the log in the backup: they are two histories under one key. Keep both, and find out which one the partners' receipts belong to.");
    }

    private async ValueTask BodiesAsync(int segment, ArchiveContent content, CancellationToken cancellationToken)
    {
        if (_database is null) throw new InvalidDataException("The backup holds bodies before the database that refers to them.");
        var (at, record) = (0L, Array.Empty<byte>());
        foreach (var body in _database.BodiesOf(segment))
        {
            if (body.WrappedKey is not null) _seen++;
            var opens = _dataKey is not null && body.WrappedKey is not null && _seen % apart == 0;
            if (!opens)
            {
                if (body.Location.End > content.Length) throw Short(segment, body);
                continue;
            }

            at = await SkipAsync(content, at, body.Location.Offset, cancellationToken);
            var length = body.Location.Length + BodyRecord.Overhead;
            if (record.Length < length) record = new byte[length];
            if (await content.FillAsync(record.AsMemory(0, length), cancellationToken) < length) throw Short(segment, body);
            at += length;
            if (!Opens(body, record.AsSpan(0, length))) throw new InvalidDataException($"The body of message {Convert.ToHexStringLower(body.Key)} in the backup is not the one that was accepted, or the data key given is not the hub's.");
            _opened++;
        }
    }

    private bool Opens(StoredBody body, ReadOnlySpan<byte> record)
    {
        Span<byte> bodyKey = stackalloc byte[KeyWrap.KeyBytes];
        if (!KeyWrap.TryUnwrap(_dataKey, body.Key, body.WrappedKey, bodyKey)) return false;
        var octets = new byte[body.Location.Length];
        return BodyRecord.TryOpen(bodyKey, body.Key, record, octets) && SHA256.HashData(octets).AsSpan().SequenceEqual(body.Sha256);
    }

    private static async ValueTask<long> SkipAsync(ArchiveContent content, long at, long to, CancellationToken cancellationToken)
    {
        var skipped = new byte[64 << 10];
        while (at < to)
        {
            var read = await content.ReadAsync(skipped.AsMemory(0, (int)Math.Min(skipped.Length, to - at)), cancellationToken);
            if (read == 0) break;
            at += read;
        }

        return at;
    }

    private static async ValueTask<byte[]> SmallAsync(string name, ArchiveContent content, CancellationToken cancellationToken)
    {
        var octets = new byte[4_097];
        var length = await content.FillAsync(octets, cancellationToken);
        return length < octets.Length ? octets[..length] : throw new InvalidDataException($"'{name}' in the backup is longer than such a file is.");
    }

    private static InvalidDataException Short(int segment, StoredBody body) =>
        new($"Segment {segment} in the backup ends before the body of message {Convert.ToHexStringLower(body.Key)} does.");
}
