using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Core.Uploads;

namespace Hub.Adapters.Stores.Files;

/// <summary>Uploads as encrypted files in <c>uploads/</c>, a folder for each owner. Thread-safe.</summary>
/// <remarks>
/// <para>Failure policy. An unfinished upload is a <c>.part</c> file, not synced: after a crash it is read back and goes on from the
/// first chunk that is not whole. It becomes complete only when all bytes have the digest: file synced, renamed, folder
/// synced, and only then reported. A full disk is <c>unavailable</c>, and the upload goes on from where it stands.</para>
/// <para>Limits: 10 GiB each; for each owner 32 unfinished ones, of which those untouched for a day make room for new ones, and
/// what <see cref="UploadAllowance"/> says as long as no message names them (<see cref="UnnamedUploads"/>).</para>
/// </remarks>
public sealed class FileUploadStore : IUploadStore, IDisposable
{
    private readonly UnfinishedUploads _unfinished = new();
    private readonly Lock _beginning = new();
    private readonly string _folder;
    private readonly ReadOnlyMemory<byte> _hubKey;
    private readonly DiskGuard _disk;
    private readonly TimeProvider _clock;

    /// <summary>A store in the data folder of the settings.</summary>
    public FileUploadStore(HubSettings settings, IHubKeys keys, DiskGuard disk, TimeProvider clock)
    {
        _folder = Path.GetFullPath(Path.Combine(settings.DataDirectory, "uploads"));
        _hubKey = keys.DataKey;
        _disk = disk;
        _clock = clock;
    }

    internal UploadAllowance Allowance { get; init; } = new();

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c> for a malformed digest, a negative size or another size than
    /// before; <c>too-large</c> over 10 GiB; <c>rate-limited</c> when the owner has too many unfinished uploads or
    /// too much that no message names; <c>unavailable</c> while the disk has no room for it.</exception>
    public async ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default)
    {
        var place = UploadPlace.Of(_folder, owner, sha256);
        UploadRules.CheckSize(size);
        if (await FindAsync(owner, sha256, cancellationToken) is { } found)
        {
            return found.Size == size
                ? found
                : throw UploadRules.OtherSize(sha256, found.Size, size);
        }

        _disk.RequireRoom(size);
        try
        {
            DurableFile.CreateFolder(_folder);
            DurableFile.CreateFolder(place.Folder);
            lock (_beginning)
            {
                _unfinished.MakeRoom(place.Folder, UploadRules.MaxUnfinished, _clock.GetUtcNow().UtcDateTime);
                CheckAllowance(place.Folder, size);
                UploadFile.Create(place.Part, _hubKey.Span, place.Name, size);
            }
        }
        catch (IOException full) when (IsDiskFull(full))
        {
            throw Full(full);
        }

        return size == 0
            ? await AppendAsync(owner, sha256, 0, Stream.Null, cancellationToken)
            : new UploadStatus(sha256, size, 0, Complete: false);
    }

    /// <inheritdoc/>
    public async ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default)
    {
        var place = UploadPlace.Of(_folder, owner, sha256);
        if (FindComplete(place) is { } complete) return complete;
        if (_unfinished.Peek(place) is { } known) return StatusOf(place, known);
        if (!File.Exists(place.Part)) return FindComplete(place);
        using var visit = await _unfinished.EnterAsync(place, cancellationToken);
        return visit.Load(_hubKey.Span) is { } progress ? StatusOf(place, progress) : FindComplete(place);
    }

    /// <inheritdoc/>
    public async ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default)
    {
        var place = UploadPlace.Of(_folder, owner, sha256);
        using var visit = await _unfinished.EnterAsync(place, cancellationToken);
        if (visit.Load(_hubKey.Span) is not { } progress) return AppendToNone(place, offset);
        if (offset != progress.Offset) throw UploadRules.WrongOffset(offset, progress.Offset);
        _disk.RequireRoom();
        try
        {
            await progress.AppendAsync(content, () => _disk.RequireRoom(), cancellationToken);
            return progress.Offset < progress.Size ? StatusOf(place, progress) : Finish(place, owner, visit, progress);
        }
        catch (ProblemException refused)
        {
            visit.Drop(delete: refused.Code == ProblemCode.TooLarge || refused.Code == ProblemCode.DigestMismatch);
            throw;
        }
        catch (IOException full) when (IsDiskFull(full))
        {
            visit.Drop(delete: false);
            throw Full(full);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default)
    {
        var place = UploadPlace.Of(_folder, owner, sha256);
        var file = UploadFile.Open(place.Complete, _hubKey.Span, place.Name, FileAccess.Read);
        return new(file is null ? null : new UploadReadStream(file, place.Complete));
    }

    /// <inheritdoc/>
    public void Keep(SystemAddress owner, IReadOnlyList<string> digests)
    {
        foreach (var sha256 in digests)
        {
            try
            {
                UnnamedUploads.Delete(UploadPlace.Of(_folder, owner, sha256));
            }
            catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
            {
                // The sweep asks the store and comes here again.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<UploadName>> ListUnnamedAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        new([.. UnnamedUploads.List(_folder, before)]);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(UploadName upload, CancellationToken cancellationToken = default)
    {
        var place = UploadPlace.Of(_folder, upload.Owner, upload.Sha256);
        if (!Directory.Exists(place.Folder)) return default;
        UploadFile.Destroy(place.Complete);
        UnnamedUploads.Delete(place);
        DurableFile.SyncFolder(place.Folder);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DropAbandonedAsync(CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(_folder)) return default;
        foreach (var folder in Directory.GetDirectories(_folder)) _unfinished.DropAbandoned(folder, _clock.GetUtcNow().UtcDateTime);
        return default;
    }

    /// <inheritdoc/>
    public void Dispose() => _unfinished.Dispose();

    private void CheckAllowance(string folder, long size)
    {
        var (files, bytes) = UnnamedUploads.Count(folder);
        foreach (var part in Directory.GetFiles(folder, "*" + UploadPlace.PartSuffix)) bytes += UploadFile.PromisedSize(part);
        Allowance.Check(files, bytes, size);
    }

    private UploadStatus Finish(UploadPlace place, SystemAddress owner, UnfinishedUploads.Visit visit, UploadProgress progress)
    {
        var size = progress.Size;
        if (!progress.HasDigest(place.Sha256))
            throw UploadRules.OtherDigest(place.Sha256, size);
        progress.Sync();
        UnnamedUploads.Write(place, owner, size, _clock.GetUtcNow());
        File.Move(place.Part, place.Complete, overwrite: true);
        DurableFile.SyncFolder(place.Folder);
        visit.Drop(delete: false);
        return new UploadStatus(place.Sha256, size, size, Complete: true);
    }

    private UploadStatus AppendToNone(UploadPlace place, long offset)
    {
        var complete = FindComplete(place) ?? throw UploadRules.NotBegun(place.Sha256);
        return offset == complete.Offset ? complete : throw UploadRules.WrongOffset(offset, complete.Offset);
    }

    private UploadStatus? FindComplete(UploadPlace place)
    {
        using var file = UploadFile.Open(place.Complete, _hubKey.Span, place.Name, FileAccess.Read);
        return file is null ? null : new UploadStatus(place.Sha256, file.Size, file.Size, Complete: true);
    }

    private static UploadStatus StatusOf(UploadPlace place, UploadProgress progress) => new(place.Sha256, progress.Size, progress.Offset, Complete: false);

    private static ProblemException Full(IOException full) => new(
        new Problem(ProblemCode.Unavailable, $"The hub's disk is full. Ask where the upload stands, and go on from there in {DiskGuard.RetryAfter.TotalSeconds:0} s.") { RetryAfter = DiskGuard.RetryAfter }, full);

    // ENOSPC, ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL.
    private static bool IsDiskFull(IOException failure) => (failure.HResult & 0xFFFF) is 28 or 112 or 39;
}
