using System.Diagnostics.Metrics;
using Hub.Contracts.Addresses;
using Hub.Core.Nodes;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Raises the alarm, once, when deliveries grow old or a system falls silent, and says when that is over. Every node shares what it has
/// seen; one of them, by its duty, tells.</summary>
public sealed class SystemsWatch(AgeWatch ages, HeartbeatWatch heartbeats, DutyCommitter duty, TimeProvider clock, ILogger<SystemsWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Gauge<int> Silent = Meter.CreateGauge<int>(
        "hub.systems.silent", "{system}", "Systems that have shown no sign of life for longer than their heartbeat; on the node that watches.");

    private static readonly Gauge<int> Aged = Meter.CreateGauge<int>(
        "hub.deliveries.aged", "{delivery}", "Deliveries that wait for systems whose oldest is older than their age alarm, at most 200 of each system; on the node that watches.");

    private HashSet<SystemAddress> _silent = [];
    private HashSet<SystemAddress> _late = [];

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do await GuardedAsync(stopping);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping ends the watch.
        }
    }

    /// <summary>Looks once.</summary>
    internal async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        await heartbeats.ShareAsync(cancellationToken);
        if (!duty.TryBegin())
        {
            // Another node tells; figures of before are nobody's.
            (_silent, _late) = ([], []);
            Silent.Record(0);
            Aged.Record(0);
            return;
        }

        var silent = await heartbeats.ReadSilentAsync(cancellationToken);
        foreach (var one in silent)
        {
            if (!_silent.Contains(one.System))
                log.LogWarning("{System} has shown no sign of life since {Last:O}; its heartbeat is {Heartbeat}.", one.System, one.Last, one.Heartbeat);
        }

        var late = await ages.ReadAsync(cancellationToken);
        foreach (var one in late)
        {
            if (!_late.Contains(one.System))
                log.LogWarning("Deliveries to {System} are late: the oldest waits since {Oldest:O}, longer than {Alarm}; {Count} wait or more.", one.System, one.Oldest, one.Alarm, one.Count);
        }

        HashSet<SystemAddress> nowSilent = [.. silent.Select(static s => s.System)];
        HashSet<SystemAddress> nowLate = [.. late.Select(static q => q.System)];
        foreach (var system in _silent.Where(system => !nowSilent.Contains(system))) log.LogInformation("{System} shows signs of life again.", system);
        foreach (var system in _late.Where(system => !nowLate.Contains(system))) log.LogInformation("No delivery to {System} is late any more.", system);
        (_silent, _late) = (nowSilent, nowLate);
        Silent.Record(silent.Count);
        Aged.Record(late.Sum(static q => q.Count));
    }

    private async Task GuardedAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping is no failure.
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "Systems could not be watched; it is tried again in {Seconds} s.", Interval.TotalSeconds);
        }
    }
}
