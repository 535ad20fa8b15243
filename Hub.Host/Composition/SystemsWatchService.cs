using Hub.Core.Delivery;

namespace Hub.Host.Composition;

/// <summary>Watches for late deliveries and silent systems as long as the node runs.</summary>
internal sealed class SystemsWatchService(SystemsWatch watch) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        await watch.RunAsync(stoppingToken);
    }
}
