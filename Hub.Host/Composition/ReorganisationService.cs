using Hub.Core.Delivery;

namespace Hub.Host.Composition;

/// <summary>Lets reorganisations take effect on traffic as long as the node runs.</summary>
internal sealed class ReorganisationService(ReorganisationSweep sweep) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        await sweep.RunAsync(stoppingToken);
    }
}
