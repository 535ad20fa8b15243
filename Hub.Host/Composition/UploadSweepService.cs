using Hub.Core.Uploads;

namespace Hub.Host.Composition;

/// <summary>Deletes uploads that nobody may have any more: at the start, then every ten minutes.</summary>
internal sealed class UploadSweepService(UploadSweep sweep, TimeProvider clock, ILogger<UploadSweepService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do await SweepAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping ends the sweep.
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            var (erased, unnamed) = (await sweep.RemoveErasedAsync(stoppingToken), await sweep.RemoveUnnamedAsync(stoppingToken));
            if (erased + unnamed > 0) log.LogInformation("Deleted {Erased} uploads of erased messages and {Unnamed} that no message named in time", erased, unnamed);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError(failure, "Uploads could not be swept; it is tried again in {Interval}", Interval);
        }
    }
}
