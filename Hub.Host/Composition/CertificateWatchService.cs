using Hub.Core.Nodes;
using Hub.Core.Registry.Certificates;

namespace Hub.Host.Composition;

/// <summary>Lets the certificates of keys be looked at within a second of a change of the registry, and whenever a question is due: by
/// the node that holds the duty; the others take over what it learns.</summary>
internal sealed class CertificateWatchService(CertificateWatch watch, DutyCommitters duties, TimeProvider clock, ILogger<CertificateWatchService> log) : BackgroundService
{
    private readonly DutyCommitter _duty = duties.Of(Duties.Certificates);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        try
        {
            while (true) await Task.Delay(await LookAsync(stoppingToken), clock, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping ends the watch; what was learnt is kept.
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            var before = _duty.Term;
            var asks = _duty.TryBegin();
            var isNew = asks && _duty.Term != before;
            // What another node learnt before comes first.
            if (!asks || isNew) await watch.FollowAsync(stoppingToken);
            if (asks && (isNew || watch.IsDue(clock.GetUtcNow()))) await watch.LookAsync(stoppingToken);
            return Interval;
        }
        catch (DutyLostException)
        {
            return Interval;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError(failure, "The certificates of keys could not be looked at; it is tried again in {Interval}", AfterFailure);
            return AfterFailure;
        }
    }
}
