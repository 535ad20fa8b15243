using Hub.Core.Delivery;

namespace Hub.Host.Composition;

/// <summary>Runs the dispatcher as long as the node runs; stopping drains it.</summary>
internal sealed class DispatcherService(Dispatcher dispatcher) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => dispatcher.RunAsync(stoppingToken);
}
