using Hub.Core.Services;
using Hub.Core.Uploads;

namespace Hub.Host.Composition;

/// <summary>Erases content that has been kept as long as its service says: at the start, then once a day.</summary>
internal sealed class RetentionService(RetentionSweep sweep, UploadSweep uploads, TimeProvider clock, ILogger<RetentionService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

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
            var erased = await sweep.RunAsync(stoppingToken);
            if (erased == 0) return;
            await uploads.RemoveErasedAsync(stoppingToken);
            log.LogInformation("Erased the content of {Erased} messages whose retention has ended", erased);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError(failure, "Retention could not be swept; it is tried again in {Interval}", Interval);
        }
    }
}
