using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
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
/// <param name="Data">The data folder that is to be the hub.</param>
/// <param name="Keys">A copy of the hub's <c>keys/</c>; null when the backup has them.</param>
/// <param name="Instead">Puts aside what is in the data folder.</param>
/// <param name="Checkpoints">Checkpoints and receipts that anybody kept of the lost hub.</param>
/// <param name="Erasures">Lists of erasures of other nodes and folders.</param>
/// <param name="Reason">Why; stands in the log.</param>
/// <param name="Actor">Who; stands in the log.</param>
public sealed record RestoreRequest(
    string File, UnsealingKey Key, string Data, string? Keys, bool Instead, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Erasures, string Reason, string Actor);

/// <summary>What a restoration did.</summary>
/// <param name="Backup">The backup's manifest.</param>
/// <param name="Origin">Origin of the new epoch.</param>
/// <param name="LogKey">Its key (vkey), for every partner and auditor.</param>
/// <param name="Ended">The epoch that ended.</param>
/// <param name="Erased">Messages that were erased again.</param>
/// <param name="Aside">Where the hub that was in the folder is; null when there was none.</param>
public sealed record RestoreReport(BackupManifest Backup, string Origin, string LogKey, EndedEpoch Ended, int Erased, string? Aside);

/// <summary>Restores a hub on SQLite from a backup, into a new epoch of its log.</summary>
/// <remarks>Failure policy: the backup is verified whole before anything is changed. From then on the folder bears a mark
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
    /// <exception cref="ProblemException"><c>invalid-request</c>: the folder is not empty.</exception>
    /// <exception cref="InvalidDataException">The backup does not hold, or contradicts a checkpoint that was shown.</exception>
    /// <exception cref="FormatException">A file named is not what it should be.</exception>
    public async Task<RestoreReport> RunAsync(CancellationToken cancellationToken = default)
    {
        RestoreFolder.Check(request.Data, request.Instead);
        CheckKeys();
        var shown = request.Checkpoints.Select(static file => (File: file, Text: System.IO.File.ReadAllText(file))).ToList();
        foreach (var (file, text) in shown) Evident(new EpochEvidence(), file, text);
        var verified = await VerifyAsync(cancellationToken);
        var old = NoteVerifier.Parse(verified.Manifest.LogKey);
        var evidence = new EpochEvidence();
        evidence.AddKey(old);
        var folder = RestoreFolder.Prepare(request.Data, clock.GetUtcNow());
        if (folder.Aside is { } aside) evidence.AddFolder(aside);
        foreach (var (file, text) in shown) Evident(evidence, file, text);
        await ExtractAsync(folder, cancellationToken);
        CopyKeys(folder);
        PublishOldKey(folder, old);
        HubIdentity.Replace(folder.Path, evidence.Next(old.Name));
        var erasures = ErasureFile.Merge(folder.Path, Lists(folder).SelectMany(ErasureFile.Read));
        var keys = FileHubKeys.OpenOrCreate(folder.Path);
        var opening = new EpochOpening(old, evidence.Greatest(old), evidence.After(old), verified.Manifest.Made, verified.Sha256, request.Reason, request.Actor);
        var (ended, erased) = await OpenAsync(folder, keys, opening, erasures, cancellationToken);
        folder.Finish($"The hub of this folder was restored from a backup into '{folder.Path}', where its log goes on as '{keys.Origin}'. What is here is kept to look things up; it cannot be started (thư mục cũ, chỉ để tra cứu).");
        return new RestoreReport(verified.Manifest, keys.Origin, keys.LogVerifier.ToString(), ended, erased, folder.Aside);
    }

    private void CheckKeys()
    {
        if (request.Keys is null) return;
        foreach (var name in KeyNames)
            if (!File.Exists(Path.Combine(request.Keys, name))) throw new FileNotFoundException($"'{request.Keys}' has no {name}: name a copy of the hub's whole folder keys/ (log.pem is not needed).");
    }

    private async Task<BackupReport> VerifyAsync(CancellationToken cancellationToken)
    {
        DurableFile.CreateFolder(request.Data);
        var work = Directory.CreateDirectory(Path.Combine(request.Data, RestoreFolder.WorkName));
        try
        {
            await using var file = Open();
            var report = await new BackupVerification(request.Key, request.Keys is { } keys ? BackupKeys.DataKey(keys) : null, SampleApart).RunAsync(file, work.FullName, cancellationToken);
            return request.Keys is not null || report.Manifest.HasKeys
                ? report
                : throw new FormatException("The backup is one without the hub's keys: name a copy of its folder keys/ with --keys. Without data.key no document in it can be read.");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private FileStream Open() => new(request.File, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    private static void Evident(EpochEvidence evidence, string file, string text)
    {
        try
        {
            evidence.Add(text);
        }
        catch (FormatException neither)
        {
            throw new FormatException($"'{file}' is neither a checkpoint nor a receipt. {neither.Message}", neither);
        }
    }

    private async Task ExtractAsync(RestoreFolder folder, CancellationToken cancellationToken)
    {
        await using var file = Open();
        await using var plain = await UnsealingStream.OpenAsync(file, request.Key, cancellationToken);
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
        folder.Of($"public/log-{EpochEvidence.Number(old.Name)}.vkey"), System.Text.Encoding.UTF8.GetBytes(old + "\n"), DurableFile.PublicFile, overwrite: true);

    private IEnumerable<string> Lists(RestoreFolder folder)
    {
        yield return folder.Of(ErasureFile.Name);
        if (folder.Aside is { } aside) yield return Path.Combine(aside, ErasureFile.Name);
        foreach (var named in request.Erasures)
            yield return File.Exists(named) ? named : throw new FileNotFoundException($"There is no list of erasures '{named}'.");
    }

    private async Task<(EndedEpoch Ended, int Erased)> OpenAsync(RestoreFolder folder, FileHubKeys keys, EpochOpening opening, IReadOnlyList<ErasureLine> erasures, CancellationToken cancellationToken)
    {
        var settings = new HubSettings { DataDirectory = folder.Path };
        await using var store = new SqliteHubStore(settings, keys, clock, logs.CreateLogger<SqliteHubStore>());
        await store.OpenAsync(cancellationToken);
        var ended = await LogEpochs.OpenAsync(store, keys, opening, clock);
        await using var committer = new GroupCommitter(store, keys, settings, clock, logs.CreateLogger<GroupCommitter>());
        await committer.StartAsync(cancellationToken);
        var erased = 0;
        foreach (var line in erasures)
        {
            var key = MessageKey.Parse(line.Key);
            if (await store.FindMessageAsync(key, cancellationToken) is not { Erased: null }) continue;
            var deliveries = await store.ListDeliveriesAsync(key, cancellationToken);
            await committer.RunAsync(scope => Erasure.EraseAsync(scope, key, deliveries, keys.Address, request.Actor, $"{line.Reason} ({line.By}, {Rfc3339.Format(line.At)})", new DeliverySignals(), clock.GetUtcNow()), cancellationToken);
            erased++;
        }

        using var uploads = new FileUploadStore(settings, keys, new DiskGuard(new DriveDiskProbe(settings), clock), clock);
        await new UploadSweep(uploads, store, committer, clock).RemoveErasedAsync(cancellationToken);
        return (ended, erased);
    }
}
