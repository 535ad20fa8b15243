using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Delivery;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Core.Uploads;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.Backup;

/// <summary>What is to be restored.</summary>
/// <param name="File">The backup.</param>
/// <param name="Key">Opens it.</param>
/// <param name="KeyFile">Where that key lies.</param>
/// <param name="Data">The data folder that is to be the hub.</param>
/// <param name="Keys">A copy of the hub's <c>keys/</c>; null when the backup has them.</param>
/// <param name="Instead">Puts aside what is in the data folder.</param>
/// <param name="Checkpoints">Checkpoints and receipts that anybody kept of the lost hub.</param>
/// <param name="Erasures">Lists of erasures of other nodes and folders.</param>
/// <param name="Reason">Why; stands in the log.</param>
/// <param name="Actor">Who; stands in the log.</param>
public sealed record RestoreRequest(
    string File, UnsealingKey Key, string KeyFile, string Data, string? Keys, bool Instead, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Erasures, string Reason, string Actor);

/// <summary>What a restoration did.</summary>
/// <param name="Backup">The backup's manifest.</param>
/// <param name="Origin">Origin of the new epoch.</param>
/// <param name="LogKey">Its key (vkey), for every partner and auditor.</param>
/// <param name="Ended">The epoch that ended.</param>
/// <param name="Erased">Messages that were erased again.</param>
/// <param name="KeptOut">Messages that were erased, are not in the backup, and will not be accepted again.</param>
/// <param name="Aside">Where the hub that was in the folder is; null when there was none.</param>
/// <param name="Vouched">Whether a key from outside the backup vouches for it.</param>
public sealed record RestoreReport(BackupManifest Backup, string Origin, string LogKey, EndedEpoch Ended, int Erased, int KeptOut, string? Aside, bool Vouched);

/// <summary>Restores a hub on SQLite from a backup, into a new epoch of its log.</summary>
/// <remarks>Failure policy: everything that is named is read, and the backup verified whole and held against it, before anything is changed. From then on the folder bears a mark
/// (<see cref="RestoreMark"/>) until everything is durable, and nobody serves it; running it again, from wherever it was interrupted, puts aside
/// what is not yet aside, throws the rest away and begins anew. No receipt can have been given by then.</remarks>
/// <param name="request">What is to be restored.</param>
/// <param name="clock">The hub's clock.</param>
/// <param name="logs">Where the store tells what it does.</param>
public sealed class HubRestore(RestoreRequest request, TimeProvider clock, ILoggerFactory logs)
{
    private const int SampleApart = 100;
    private static readonly string[] KeyNames = ["data.key", "apps.key", "statement.pem", "gateway.pem", "token.pem"];

    /// <summary>Restores. The caller holds the folder's lock.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the folder is not empty, or holds what is to be read.</exception>
    /// <exception cref="InvalidDataException">The backup does not hold, is not the hub's, or contradicts what is known of its log.</exception>
    /// <exception cref="FormatException">A file named is not what it should be.</exception>
    public async Task<RestoreReport> RunAsync(CancellationToken cancellationToken = default)
    {
        RestoreFolder.Check(request.Data, request.Instead, [request.File, request.KeyFile, .. request.Keys is { } copy ? [copy] : Array.Empty<string>(), .. request.Checkpoints, .. request.Erasures]);
        CheckKeys();
        var (evidence, erasures) = ReadEvidence();
        // One file from here on, whatever its name leads to meanwhile.
        await using var file = new FileStream(request.File, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        var verified = await VerifyAsync(file, evidence, cancellationToken);
        var old = NoteVerifier.Parse(verified.Manifest.LogKey);
        KnownEpochs.Judge(evidence, old);
        var folder = RestoreFolder.Prepare(request.Data, clock.GetUtcNow());
        // Again, now that all of it is in one place: an interrupted try may have left a database apart from its write-ahead log.
        if (folder.Aside is { } aside) evidence.AddFolder(aside);
        var known = KnownEpochs.Judge(evidence, old);
        await ExtractAsync(file, verified.Sha256, folder, cancellationToken);
        CopyKeys(folder);
        PublishOldKey(folder, old);
        HubIdentity.Replace(folder.Path, known.Next);
        var merged = ErasureFile.Merge(folder.Path, [.. ErasureFile.Read(folder.Of(ErasureFile.Name)), .. erasures]);
        var keys = FileHubKeys.OpenOrCreate(folder.Path);
        var opening = new EpochOpening(old, known.Greatest, known.After, verified.Manifest.Made, verified.Sha256, request.Reason, request.Actor);
        var (ended, erased, keptOut) = await OpenAsync(folder, keys, opening, merged, cancellationToken);
        folder.Finish($"The hub of this folder was restored from a backup into '{folder.Path}', where its log goes on as '{keys.Origin}'. What is here is kept to look things up; it cannot be started (thư mục cũ, chỉ để tra cứu).");
        return new RestoreReport(verified.Manifest, keys.Origin, keys.LogVerifier.ToString(), ended, erased, keptOut, folder.Aside, verified.Vouched);
    }

    /// <summary>Reads what is named and what the old hub left, before anything is moved.</summary>
    private (EpochEvidence Evidence, List<ErasureLine> Erasures) ReadEvidence()
    {
        var evidence = new EpochEvidence();
        foreach (var file in request.Checkpoints) evidence.AddShown(file);
        List<ErasureLine> erasures = [.. request.Erasures.SelectMany(ErasureFile.ReadKept)];
        if (request.Keys is { } keys)
        {
            evidence.AddKeys(keys);
            evidence.AddKeys(Path.Combine(keys, "public"));
        }

        foreach (var place in RestoreFolder.OldPlaces(request.Data))
        {
            evidence.AddFolder(place);
            erasures.AddRange(ErasureFile.Read(Path.Combine(place, ErasureFile.Name)));
        }

        return (evidence, erasures);
    }

    private void CheckKeys()
    {
        if (request.Keys is null) return;
        foreach (var name in KeyNames)
            if (!File.Exists(Path.Combine(request.Keys, name))) throw new FileNotFoundException($"'{request.Keys}' has no {name}: name a copy of the hub's whole folder keys/ (log.pem is not needed).");
    }

    private async Task<BackupReport> VerifyAsync(FileStream file, EpochEvidence evidence, CancellationToken cancellationToken)
    {
        DurableFile.CreateFolder(request.Data);
        var work = Directory.CreateDirectory(Path.Combine(request.Data, RestoreFolder.WorkName));
        try
        {
            var verification = new BackupVerification(
                request.Key, request.Keys is { } keys ? BackupKeys.DataKey(keys) : null, Statement(), SampleApart, [.. evidence.Notes.Select(static note => note.Checkpoint)]);
            var report = await verification.RunAsync(file, work.FullName, cancellationToken);
            return request.Keys is not null || report.Manifest.HasKeys
                ? report
                : throw new FormatException("The backup is one without the hub's keys: name a copy of its folder keys/ with --keys. Without data.key no document in it can be read.");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <summary>Who must have signed the backup: the hub whose keys are named, or else the one that was in the folder; null when neither is there.</summary>
    private VerificationKey? Statement() =>
        (request.Keys ?? RestoreFolder.OldPlaces(request.Data).Select(static place => Path.Combine(place, "keys")).FirstOrDefault(static keys => File.Exists(Path.Combine(keys, "statement.pem")))) is { } from
            ? BackupKeys.Statement(from)
            : null;

    private async Task ExtractAsync(FileStream file, string sha256, RestoreFolder folder, CancellationToken cancellationToken)
    {
        file.Position = 0;
        await using var hashing = new HashingStream(file);
        await using var plain = await UnsealingStream.OpenAsync(hashing, request.Key, cancellationToken);
        var archive = new ArchiveReader(plain);
        HashSet<string> folders = new(StringComparer.Ordinal) { folder.Path };
        while (await archive.NextAsync(cancellationToken) is var (name, content))
        {
            var path = folder.Of(name);
            for (var parent = Path.GetDirectoryName(path)!; folders.Add(parent);) DurableFile.CreateFolder(parent);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = name.StartsWith("public/", StringComparison.Ordinal) ? DurableFile.PublicFile : DurableFile.OwnerOnlyFile;
            await using var target = new FileStream(path, options);
            await content.CopyToAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }

        if (hashing.Digest() != sha256) throw new InvalidDataException($"'{request.File}' was changed while it was restored. Nothing of it is served; run the restoration again with a copy that nobody else can write.");
        foreach (var written in folders) DurableFile.SyncFolder(written);
    }

    private void CopyKeys(RestoreFolder folder)
    {
        var to = folder.Of("keys");
        DurableFile.CreateFolder(to);
        if (request.Keys is null) return;
        foreach (var name in KeyNames) DurableFile.Write(Path.Combine(to, name), File.ReadAllBytes(Path.Combine(request.Keys, name)), DurableFile.OwnerOnlyFile, overwrite: true);
        var apps = Path.Combine(request.Keys, "apps");
        if (!Directory.Exists(apps)) return;
        DurableFile.CreateFolder(Path.Combine(to, "apps"));
        foreach (var file in Directory.EnumerateFiles(apps, "*.pem")) DurableFile.Write(Path.Combine(to, "apps", Path.GetFileName(file)), File.ReadAllBytes(file), DurableFile.OwnerOnlyFile, overwrite: true);
    }

    /// <summary>The old epoch's receipts are verified with its key for ever.</summary>
    private static void PublishOldKey(RestoreFolder folder, NoteVerifier old) => DurableFile.Write(
        folder.Of($"public/log-{KnownEpochs.Number(old.Name)}.vkey"), System.Text.Encoding.UTF8.GetBytes(old + "\n"), DurableFile.PublicFile, overwrite: true);

    private async Task<(EndedEpoch Ended, int Erased, int KeptOut)> OpenAsync(RestoreFolder folder, FileHubKeys keys, EpochOpening opening, IReadOnlyList<ErasureLine> erasures, CancellationToken cancellationToken)
    {
        var settings = new HubSettings { DataDirectory = folder.Path };
        await using var store = new SqliteHubStore(settings, keys, clock, logs.CreateLogger<SqliteHubStore>());
        await store.OpenAsync(cancellationToken);
        var ended = await LogEpochs.OpenAsync(store, keys, opening, clock);
        await using var committer = new GroupCommitter(store, keys, settings, clock, logs.CreateLogger<GroupCommitter>());
        await committer.StartAsync(cancellationToken);
        var (erased, keptOut) = (0, 0);
        var tombstones = new Tombstones(store);
        foreach (var line in erasures)
        {
            var key = MessageKey.Parse(line.Key);
            var message = await store.FindMessageAsync(key, cancellationToken);
            if (message is null)
            {
                await committer.RunAsync(scope => tombstones.SetAsync(scope, key, line.At), cancellationToken);
                keptOut++;
            }

            if (message is not { Erased: null }) continue;
            var deliveries = await store.ListDeliveriesAsync(key, cancellationToken);
            await committer.RunAsync(scope => Erasure.EraseAsync(scope, key, deliveries, keys.Address, request.Actor, $"{line.Reason} ({line.By}, {Rfc3339.Format(line.At)})", new DeliverySignals(), clock.GetUtcNow()), cancellationToken);
            erased++;
        }

        using var uploads = new FileUploadStore(settings, keys, new DiskGuard(new DriveDiskProbe(settings), clock), clock);
        await new UploadSweep(uploads, store, committer, clock).RemoveErasedAsync(cancellationToken);
        return (ended, erased, keptOut);
    }
}
