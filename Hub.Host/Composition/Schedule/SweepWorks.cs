using Hub.Core.Nodes;
using Hub.Core.Services;
using Hub.Core.Storage;
using Hub.Core.Uploads;

namespace Hub.Host.Composition.Schedule;

/// <summary>Erases content that has been kept as long as its service says: at the start, then every night.</summary>
internal sealed class RetentionWork(RetentionSweep sweep, UploadSweep uploads, ILogger<RetentionWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.Retention;

    /// <inheritdoc/>
    public string Cron => "0 40 1 * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var erased = await sweep.RunAsync(cancellationToken);
        if (erased == 0) return;
        await uploads.RemoveErasedAsync(cancellationToken);
        log.LogInformation("Erased the content of {Erased} messages whose retention has ended", erased);
    }
}

/// <summary>Deletes uploads that nobody may have any more: at the start, then every ten minutes.</summary>
internal sealed class UploadWork(UploadSweep sweep, ILogger<UploadWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.Uploads;

    /// <inheritdoc/>
    public string Cron => "0 0/10 * * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (erased, unnamed) = (await sweep.RemoveErasedAsync(cancellationToken), await sweep.RemoveUnnamedAsync(cancellationToken));
        if (erased + unnamed > 0) log.LogInformation("Deleted {Erased} uploads of erased messages and {Unnamed} that no message named in time", erased, unnamed);
    }
}

/// <summary>Makes room in the store for the months to come: at the start, then every night.</summary>
internal sealed class PartitionWork(IHubStore store, ILogger<PartitionWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.Partitions;

    /// <inheritdoc/>
    public string Cron => "0 15 2 * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await store.MakeRoomAsync(cancellationToken) is > 0 and var made) log.LogInformation("Made {Partitions} partitions for the months to come", made);
    }
}
