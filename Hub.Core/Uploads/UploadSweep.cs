using Hub.Core.Storage;

namespace Hub.Core.Uploads;

/// <summary>Deletes uploads that nobody may have any more: those of erased messages at once, those that no message ever named
/// after <see cref="UploadAllowance.Expiry"/>. Thread-safe.</summary>
/// <remarks>Failure policy. Rows first, then files: an erasure is durable before its files go, and the store lists them until
/// they are gone, so after a crash the next sweep goes on. A file is deleted inside a unit of the one writer, and only when
/// neither the committed state nor the group's own writes name it: this is right however the group ends, and a message that
/// comes after it in the same group finds the file missing when it looks again (<c>upload-incomplete</c>).</remarks>
/// <param name="uploads">The files.</param>
/// <param name="store">Committed state.</param>
/// <param name="committer">The one writer.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class UploadSweep(IUploadStore uploads, IHubStore store, ICommitter committer, TimeProvider clock)
{
    // Each costs the writer a file's removal: few in one unit.
    private const int Batch = 8;

    /// <summary>Deletes the uploads that only erased messages name.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> RemoveErasedAsync(CancellationToken cancellationToken = default)
    {
        var total = 0;
        while (true)
        {
            var removed = await committer.RunAsync(RemoveErasedAsync, cancellationToken);
            total += removed;
            if (removed < Batch) return total;
        }
    }

    /// <summary>Deletes what no message named in time, and unfinished uploads that were abandoned.</summary>
    /// <returns>How many complete uploads were deleted.</returns>
    public async Task<int> RemoveUnnamedAsync(CancellationToken cancellationToken = default)
    {
        await uploads.DropAbandonedAsync(cancellationToken);
        var total = 0;
        foreach (var some in (await uploads.ListUnnamedAsync(clock.GetUtcNow() - UploadAllowance.Expiry, cancellationToken)).Chunk(Batch))
            total += await committer.RunAsync(scope => RemoveUnnamedAsync(scope, some), cancellationToken);
        return total;
    }

    private async ValueTask<int> RemoveErasedAsync(CommitScope scope)
    {
        var removed = 0;
        foreach (var upload in await scope.Transaction.ListErasedUploadsAsync(Batch))
        {
            // Erased in this very group: it comes round once that is durable.
            if (await store.IsUploadNamedAsync(upload)) continue;
            await uploads.DeleteAsync(upload);
            await scope.Transaction.ForgetErasedUploadAsync(upload);
            removed++;
        }

        return removed;
    }

    private async ValueTask<int> RemoveUnnamedAsync(CommitScope scope, IReadOnlyList<UploadName> some)
    {
        var removed = 0;
        foreach (var upload in some)
        {
            if (await store.IsUploadNamedAsync(upload))
            {
                uploads.Keep(upload.Owner, [upload.Sha256]);
                continue;
            }

            if (await scope.Transaction.IsUploadNamedAsync(upload)) continue;
            await uploads.DeleteAsync(upload);
            removed++;
        }

        return removed;
    }
}
