using System.Data.Common;
using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Core.Uploads;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Uploads as rows of sealed chunks of 256 KiB in a database server, which the nodes of a hub share. Thread-safe.</summary>
/// <remarks>
/// <para>Failure policy. A chunk and how far the upload is are one transaction; commits of chunks do not wait for the disk, so after a
/// crash of the database an upload may stand a little earlier than it was said to. It becomes complete in a commit that does wait, and
/// covers them all. Any node goes on with any upload: whoever appends second at the same offset writes nothing. A database that fails
/// is <c>unavailable</c>, and the upload goes on from where it stands.</para>
/// <para>Deleting an upload deletes its wrapped data key with its chunks; the database keeps the space until it cleans up (vacuum), and
/// backups as long as they are kept. Limits as in <see cref="Files.FileUploadStore"/>.</para>
/// </remarks>
public abstract class RelationalUploadStore : IUploadStore, IAsyncDisposable, UploadSession.IParameters
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private readonly UploadSql _sql;
    private readonly IHubKeys _keys;
    private readonly TimeProvider _clock;
    private readonly UploadDigests _digests = new();
    private readonly UploadKeeper _keeper;

    private protected RelationalUploadStore(UploadSql sql, IHubKeys keys, TimeProvider clock)
    {
        (_sql, _keys, _clock) = (sql, keys, clock);
        _keeper = new UploadKeeper(upload => UseAsync(async session =>
        {
            await session.KeepAsync(upload);
            return true;
        }).AsTask());
    }

    internal UploadAllowance Allowance { get; init; } = new();

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c> for a malformed digest, a negative size or another size than
    /// before; <c>too-large</c> over 10 GiB; <c>rate-limited</c> when the owner has too many unfinished uploads or
    /// too much that no message names; <c>unavailable</c> while the database cannot work.</exception>
    public async ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default)
    {
        UploadRules.CheckDigest(sha256);
        UploadRules.CheckSize(size);
        await _keeper.DrainAsync();
        var upload = new UploadName(owner, sha256);
        var begun = await UseAsync(session => BeginAsync(session, upload, size), cancellationToken);
        if (begun.Size != size) throw UploadRules.OtherSize(sha256, begun.Size, size);
        return size == 0 && !begun.Complete ? await AppendAsync(owner, sha256, 0, Stream.Null, cancellationToken) : begun;
    }

    /// <inheritdoc/>
    public async ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default) =>
        (await FindAsync(NameOf(owner, sha256), cancellationToken))?.Status(sha256);

    /// <inheritdoc/>
    public async ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default)
    {
        var upload = NameOf(owner, sha256);
        var row = await FindAsync(upload, cancellationToken) ?? throw UploadRules.NotBegun(sha256);
        if (offset != row.Received) throw UploadRules.WrongOffset(offset, row.Received);
        if (row.IsComplete) return row.Status(sha256);
        using var append = new UploadAppend(row, CipherOf(upload, row), _digests.Take(row.Number, row.Received));
        try
        {
            await append.RunAsync(content, OpenSessionAsync, _clock, cancellationToken);
            if (append.Received < row.Size) return new UploadStatus(sha256, row.Size, append.Received, Complete: false);
            return await FinishAsync(upload, row, append);
        }
        catch (StoreConflictException)
        {
            var now = await FindAsync(upload, cancellationToken) ?? throw UploadRules.NotBegun(sha256);
            throw UploadRules.WrongOffset(offset, now.Received);
        }
        catch (ProblemException refused) when (refused.Code == ProblemCode.TooLarge || refused.Code == ProblemCode.DigestMismatch)
        {
            append.TakeDigest()?.Dispose();
            await UseAsync(session => DeleteAsync(session, row), CancellationToken.None);
            throw;
        }
        catch (Exception failed) when (RelationalHubStore.IsFailure(failed) && failed is DbException or TimeoutException)
        {
            throw Unavailable(failed);
        }
        finally
        {
            if (append.TakeDigest() is { } digest) _digests.Put(row.Number, append.Received, digest);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default)
    {
        var upload = NameOf(owner, sha256);
        return await FindAsync(upload, cancellationToken) is { IsComplete: true } row
            ? new RelationalUploadStream(row, $"{owner} {sha256}", CipherOf(upload, row), OpenSessionAsync)
            : null;
    }

    /// <inheritdoc/>
    public void Keep(SystemAddress owner, IReadOnlyList<string> digests) => _keeper.Add(digests.Select(sha256 => new UploadName(owner, sha256)));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UploadName>> ListUnnamedAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        await _keeper.DrainAsync();
        return await UseAsync(session => session.ListUnnamedAsync(before.ToUniversalTime()), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(UploadName upload, CancellationToken cancellationToken = default)
    {
        UploadRules.CheckDigest(upload.Sha256);
        if (await FindAsync(upload, cancellationToken) is { IsComplete: true } row) await UseAsync(session => DeleteAsync(session, row), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DropAbandonedAsync(CancellationToken cancellationToken = default) => await UseAsync(
        async session =>
        {
            await session.DropAbandonedAsync(owner: null, _clock.GetUtcNow() - UploadRules.Abandoned);
            return true;
        },
        cancellationToken);

    /// <summary>Ends what runs in the background and closes its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _keeper.DrainAsync();
        _digests.Dispose();
        await CloseAsync();
    }

    DbParameter UploadSession.IParameters.Make<T>(string name, T value) => Parameter(name, value);

    /// <summary>A connection from a pool of its own; disposing gives it back.</summary>
    private protected abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>A parameter for one value.</summary>
    private protected abstract DbParameter Parameter<T>(string name, T value);

    /// <summary>Closes the pool.</summary>
    private protected abstract ValueTask CloseAsync();

    private static UploadName NameOf(SystemAddress owner, string sha256)
    {
        UploadRules.CheckDigest(sha256);
        return new UploadName(owner, sha256);
    }

    private static async ValueTask<bool> DeleteAsync(UploadSession session, UploadRow row)
    {
        await session.DeleteAsync(row.Number);
        return true;
    }

    private async ValueTask<UploadStatus> BeginAsync(UploadSession session, UploadName upload, long size)
    {
        if (await session.FindAsync(upload) is { } known) return known.Status(upload.Sha256);
        var (owner, now) = (upload.Owner.ToString(), _clock.GetUtcNow());
        var dataKey = new byte[KeyWrap.WrappedBytes];
        UploadCipher.NewKey(_keys.DataKey.Span, KeyName(upload), size, dataKey);
        await using var transaction = await session.BeginAsync();
        await session.LockOwnerAsync(owner);
        if (await session.FindAsync(upload) is { } meanwhile) return meanwhile.Status(upload.Sha256);
        var counts = await session.CountAsync(owner);
        if (counts.Unfinished >= UploadRules.MaxUnfinished)
        {
            await session.DropAbandonedAsync(owner, now - UploadRules.Abandoned);
            counts = await session.CountAsync(owner);
        }

        if (counts.Unfinished >= UploadRules.MaxUnfinished) throw UploadRules.TooManyUnfinished(counts.Unfinished, UploadRules.MaxUnfinished);
        Allowance.Check(counts.Unnamed, counts.Bytes, size);
        await session.InsertAsync(upload, size, dataKey, now);
        await transaction.CommitAsync();
        return new UploadStatus(upload.Sha256, size, 0, Complete: false);
    }

    private async ValueTask<UploadStatus> FinishAsync(UploadName upload, UploadRow row, UploadAppend append)
    {
        if (!await append.HasDigestAsync(upload.Sha256, OpenSessionAsync)) throw UploadRules.OtherDigest(upload.Sha256, row.Size);
        if (!await UseAsync(session => session.CompleteAsync(row.Number, _clock.GetUtcNow()))) throw UploadRules.NotBegun(upload.Sha256);
        return new UploadStatus(upload.Sha256, row.Size, row.Size, Complete: true);
    }

    private ValueTask<UploadRow?> FindAsync(UploadName upload, CancellationToken cancellationToken) => UseAsync(session => session.FindAsync(upload), cancellationToken);

    private UploadCipher CipherOf(UploadName upload, UploadRow row) => UploadCipher.Open(_keys.DataKey.Span, KeyName(upload), row.Size, row.DataKey)
        ?? throw ProblemCode.InternalError.With($"The stored upload {upload.Sha256} of {upload.Owner} cannot be opened: it is damaged, or keys/data.key is not the one it was written with. Restore it from a backup, or delete it and upload again.");

    private static string KeyName(UploadName upload) => $"{upload.Owner}\n{upload.Sha256}";

    private async ValueTask<UploadSession> OpenSessionAsync() => new(await OpenAsync(CancellationToken.None), _sql, this, CancellationToken.None);

    private async ValueTask<T> UseAsync<T>(Func<UploadSession, ValueTask<T>> use, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var session = new UploadSession(await OpenAsync(cancellationToken), _sql, this, cancellationToken);
            return await use(session);
        }
        catch (Exception failed) when (RelationalHubStore.IsFailure(failed))
        {
            throw Unavailable(failed);
        }
    }

    private static ProblemException Unavailable(Exception inner) => new(
        new Problem(ProblemCode.Unavailable, $"The database cannot be reached or cannot work now ({inner.Message}). Ask where the upload stands, and go on from there in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter }, inner);
}
