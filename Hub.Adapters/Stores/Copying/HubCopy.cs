using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Moves a stopped hub from SQLite to a database that nodes share: everything, bodies as they are sealed, in batches that each commit with the
/// note of how far the copy is.</summary>
/// <remarks>Failure policy: whatever interrupts it, the same call goes on where the last committed batch ended. No node can start
/// on the database before everything was verified. The source is only read; marking it as moved is the caller's next step
/// (<see cref="MovedMark"/>).</remarks>
public sealed class HubCopy
{
    private readonly string _folder;
    private readonly StoreTarget _to;
    private readonly IHubKeys _keys;
    private readonly (IUploadStore Source, IUploadStore Target) _uploads;
    private readonly CopyClock _clock;
    private readonly TimeProvider _time;

    /// <summary>A copy from a data folder, whose lock the caller holds.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="to">The database, as the role that owns its tables; its schema is there.</param>
    /// <param name="keys">The hub's keys.</param>
    /// <param name="uploads">The upload stores on both sides.</param>
    /// <param name="clock">For pace and time left.</param>
    /// <param name="report">Hears of progress, several times a second at most.</param>
    public HubCopy(string folder, StoreTarget to, IHubKeys keys, (IUploadStore Source, IUploadStore Target) uploads, TimeProvider clock, Action<CopyProgress> report)
    {
        (_folder, _to, _keys, _uploads, _time) = (folder, to, keys, uploads, clock);
        _clock = new CopyClock(clock, report);
    }

    /// <summary>Copies what is not there yet, verifies all of it, and opens the database for nodes.</summary>
    /// <param name="bodiesApart">Of how many bodies one is opened while verifying: 1 for every one.</param>
    /// <param name="cancellationToken">Gives up; a later run goes on.</param>
    /// <exception cref="InvalidDataException">The source is damaged, another hub is in the database, or what was copied is not what was there.</exception>
    public async Task<CopyReport> RunAsync(int bodiesApart = 1, CancellationToken cancellationToken = default)
    {
        using var source = await CopySource.OpenAsync(_folder, _keys, _time, cancellationToken);
        await using var dialect = await _to.OpenCopyAsync(cancellationToken);
        var target = new CopyTarget(dialect);
        if (source.Checkpoint() is not { } note) throw new InvalidDataException("The hub's log is empty: there is nothing to move. Start a new hub on the database instead.");
        var resumed = await target.BeginAsync(note, cancellationToken);

        var all = CopyTables.All.ToDictionary(static t => t.Name, t => source.Count(CopyTables.CountInSource(t)));
        _clock.Begin(all.Values.Sum());
        foreach (var table in CopyTables.All) await CopyAsync(source, target, table, cancellationToken);
        var uploads = await CopyUploadsAsync(source, cancellationToken);

        var verification = new CopyVerification(source, target, _keys, _clock);
        await verification.CountsAsync(all, cancellationToken);
        var bodies = await verification.BodiesAsync(bodiesApart, cancellationToken);
        var last = await verification.LogAsync(note, cancellationToken);
        var checkpoint = Checkpoint.Open(note, _keys.LogVerifier)!;
        await target.FinishAsync(checkpoint.Size, note, last, cancellationToken);
        return new CopyReport(all, bodies, uploads, checkpoint.Size, resumed);
    }

    private async Task CopyAsync(CopySource source, CopyTarget target, CopyTable table, CancellationToken cancellationToken)
    {
        var (last, rows) = await target.StandsAsync(table.Name, cancellationToken);
        _clock.Enter(table.Name, rows);
        if (table.Key is null && last >= 0) return;
        using var reader = source.Rows(table, last);
        CopyBatch batch;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch = new CopyBatch(table, reader, source.Body);
            await target.WriteAsync(table, batch, rows, cancellationToken);
            rows += batch.Rows;
            _clock.Add(batch.Rows, batch.Bytes);
        }
        while (!batch.IsLast);
    }

    /// <summary>Uploads go over by their own port, sealed anew; each is whole or goes on where it stands.</summary>
    private async Task<int> CopyUploadsAsync(CopySource source, CancellationToken cancellationToken)
    {
        var uploads = source.Uploads();
        _clock.Enter("uploads", 0);
        foreach (var (name, named) in uploads)
        {
            await using var content = await _uploads.Source.OpenReadAsync(name.Owner, name.Sha256, cancellationToken);
            // A named upload may be gone: its file was deleted by hand, which the hub tells whoever asks for it.
            if (content is null) continue;
            var status = await _uploads.Target.BeginAsync(name.Owner, name.Sha256, content.Length, cancellationToken);
            if (!status.Complete)
            {
                content.Position = status.Offset;
                // It completes only when all of it has the digest.
                await _uploads.Target.AppendAsync(name.Owner, name.Sha256, status.Offset, content, cancellationToken);
            }

            if (named) _uploads.Target.Keep(name.Owner, [name.Sha256]);
            _clock.Add(0, content.Length);
        }

        return uploads.Count;
    }
}
