using Hub.Contracts.Problems;
using Hub.Core.Intake;
using Hub.Host.Identity;

namespace Hub.Host.Telemetry;

/// <summary>Counts refusals, and has those of unauthenticated callers written to the log: one entry per source and minute.</summary>
internal sealed class RefusalCounter(IntakeService intake, TimeProvider clock, ILogger<RefusalCounter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    internal void Count(HttpContext context, ProblemCode code)
    {
        HubMeter.Refusals.Add(1, new KeyValuePair<string, object?>("code", code.Code));
        // Intake counts what it refuses to systems it knows.
        if (context.Features.Get<Caller>() is not null || code.HttpStatus is not (401 or 403 or 429)) return;
        intake.Refusals.Count(PeerSource.Of(context), code);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync(unfinished: false);
        }
        catch (OperationCanceledException)
        {
            await FlushAsync(unfinished: true);
        }
    }

    private async Task FlushAsync(bool unfinished)
    {
        try
        {
            await intake.Refusals.FlushAsync(unfinished);
        }
        catch (ProblemException failure)
        {
            log.LogWarning(failure, "Counted refusals could not be written to the log; they are kept for the next minute");
        }
    }
}
