using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Apps;

/// <summary>Delivers to apps on the bus: each message takes effect exactly once. Thread-safe.</summary>
public sealed class AppChannel : IDeliveryChannel
{
    private readonly Dictionary<string, IHandle> _handlers;
    private readonly AppRunner _runner;
    private readonly ILogger<AppChannel> _log;

    /// <summary>Composes the channel.</summary>
    /// <exception cref="ArgumentException">Two handlers have the same app name.</exception>
    public AppChannel(
        IEnumerable<IHandle> handlers, ICommitter committer, IHubStore store, IHubKeys keys, Acknowledgements acknowledgements,
        Lazy<IIntake> intake, DeliverySignals signals, TimeProvider clock, ILogger<AppChannel> log)
    {
        _handlers = handlers.ToDictionary(h => h.App, StringComparer.Ordinal);
        _runner = new AppRunner(committer, store, keys, acknowledgements, intake, signals, clock);
        _log = log;
    }

    /// <inheritdoc/>
    public string Kind => "app";

    /// <inheritdoc/>
    public async ValueTask<AttemptOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var app = delivery.Recipient.Channel.App;
        if (app is null || !_handlers.TryGetValue(app, out var handler))
            return new AttemptOutcome.Failed(ProblemCode.RecipientFailed, $"This hub has no app '{app}'; correct the channel of {delivery.Recipient.Address}.");
        try
        {
            return await _runner.RunAsync(handler, delivery, cancellationToken)
                ? new AttemptOutcome.Settled()
                : new AttemptOutcome.Failed(ProblemCode.RecipientFailed, $"The state that app '{app}' reads kept changing.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new AttemptOutcome.Failed(ProblemCode.RecipientTimeout, $"App '{app}' did not end in time; nothing it wanted was done.");
        }
        catch (ProblemException refused)
        {
            return new AttemptOutcome.Failed(refused.Code, $"App '{app}': {refused.Problem.Detail}");
        }
        catch (Exception failure)
        {
            _log.LogError(failure, "App {App} failed with delivery {Delivery}.", app, delivery.Delivery.Id);
            return new AttemptOutcome.Failed(ProblemCode.RecipientFailed, $"App '{app}' failed ({failure.GetType().Name}).");
        }
    }
}
