using System.Collections.Concurrent;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>The attempts in flight: starts them within the budgets, and at the end lets them finish. The dispatcher's loop
/// alone calls it; the attempts run beside the loop and wake it when they end.</summary>
internal sealed class LaneAttempts(
    DispatchLanes lanes, DeliveryAttempts attempts, DeliveryOutcomes outcomes, OctetBudget budget, Action wake, TimeProvider clock, ILogger log)
{
    private const int MaxPrompt = 128;
    private const int MaxSuspect = 64;
    private const int MaxTotal = 256;
    private static readonly TimeSpan StartMargin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(4);

    private readonly ConcurrentQueue<(SystemLane Lane, DateTimeOffset Started, bool? Failed)> _ended = new();
    private readonly ConcurrentDictionary<long, Task> _running = new();

    /// <summary>Tells the lanes which attempts have ended.</summary>
    internal void TakeEnded()
    {
        while (_ended.TryDequeue(out var end))
        {
            end.Lane.End(end.Started, end.Failed);
            lanes.ForgetIfIdle(end.Lane);
        }
    }

    /// <summary>Starts what waits as far as the budgets go, one attempt for each system in turn; gives back, beside the loop,
    /// what cannot be started in time.</summary>
    internal void Start(CancellationToken abort)
    {
        var now = clock.GetUtcNow();
        GiveBackUnfit(now);
        var (prompt, suspects) = lanes.InFlight(now);
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var lane in lanes.Starting.Round().Where(l => l.Waiting.Count > 0))
            {
                var suspect = lane.IsSuspect(now);
                var room = prompt + suspects < MaxTotal && (suspect ? suspects < MaxSuspect : prompt < MaxPrompt) && !budget.IsShort;
                if (!room || lanes.Find(lane.Address) is not { } system || !lane.MayStart(system.Policy, now)) continue;
                if (suspect) suspects++;
                else prompt++;
                lanes.Starting.Served(lane);
                Start(lane, lane.Waiting.Dequeue(), system, now, abort);
                progress = true;
            }
        }
    }

    private void GiveBackUnfit(DateTimeOffset now)
    {
        List<HeldDelivery> unfit = [];
        foreach (var lane in lanes.Starting.Round().Where(l => l.Waiting.Count > 0))
        {
            var system = lanes.Find(lane.Address);
            var suspect = lane.IsSuspect(now);
            while (lane.Waiting.Count > 0 && (system is null || TooLate(lane.Waiting.Peek().Delivery, system.Policy, now) || (suspect && lane.Waiting.Count > 1)))
            {
                unfit.Add(lane.Waiting.Dequeue());
                lane.MayHaveMore = true;
            }
        }

        if (unfit.Count > 0) Track(unfit[0].Delivery.Id, GiveBackAsync(unfit));
    }

    private async Task GiveBackAsync(List<HeldDelivery> held)
    {
        try
        {
            await outcomes.GiveBackAsync(held);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Count} claims could not be given back; they come round again when they end.", held.Count);
        }
    }

    /// <summary>Waits until the attempts in flight have ended, then cuts the rest short.</summary>
    internal async Task DrainAsync(CancellationTokenSource abort)
    {
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(DrainTime, clock);
        }
        catch (TimeoutException)
        {
            log.LogWarning("{Count} attempts are cut short by the stop; they are made again.", _running.Count);
            await abort.CancelAsync();
            await Task.WhenAny(Task.WhenAll(_running.Values), Task.Delay(AbortTime, clock));
        }
    }

    private void Start(SystemLane lane, HeldDelivery held, AgencySystem system, DateTimeOffset now, CancellationToken abort)
    {
        lane.Begin(now);
        Track(held.Delivery.Id, Task.Run(() => AttemptAsync(lane, held, system, now, abort), CancellationToken.None));
    }

    private async Task AttemptAsync(SystemLane lane, HeldDelivery held, AgencySystem system, DateTimeOffset started, CancellationToken abort)
    {
        var attempt = await attempts.MakeAsync(held, system, abort);
        _ended.Enqueue((lane, started, attempt is null ? null : attempt.Outcome is AttemptOutcome.Failed));
        wake();
        if (attempt is not null) await attempts.RecordAsync(attempt);
    }

    private void Track(long id, Task task)
    {
        _running[id] = task;
        _ = task.ContinueWith(done => _running.TryRemove(KeyValuePair.Create(id, done)), TaskScheduler.Default);
    }

    private static bool TooLate(DeliveryRecord held, DeliveryPolicy policy, DateTimeOffset now) => held.ClaimedUntil < now + policy.Timeout + StartMargin;
}
