using Hub.Core.Delivery.Runs;

namespace Hub.Host.Composition;

/// <summary>Carries out replay runs as long as the node runs.</summary>
internal sealed class ReplayService(ReplayRunner runner) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        await runner.RunAsync(stoppingToken);
    }
}
