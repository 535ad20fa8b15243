using Hub.Core.Pressure;

namespace Hub.Host.Composition;

/// <summary>Counts the backlog once a second as long as the node runs.</summary>
internal sealed class BacklogService(BacklogGuard backlog, TimeProvider clock, ILogger<BacklogService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var failed = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await backlog.RefreshAsync(stoppingToken);
                    failed = false;
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!failed) log.LogWarning("The backlog could not be counted; what was counted last holds: {Reason}", failure.Message);
                    failed = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }
}
