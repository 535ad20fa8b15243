using System.Collections.Concurrent;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>The attempts in flight: starts them within the budgets, and at the end lets them finish. The dispatcher's loop
/// alone calls it; the attempts run beside the loop and wake it when they end.</summary>
internal sealed class LaneAttempts(
    DispatchLanes lanes, DeliveryAttempts attempts, DeliveryOutcomes outcomes, Action wake, TimeProvider clock, ILogger log)
{
    private const int MaxPrompt = 64;
    private const int MaxSuspect = 64;
    private const int MaxTotal = 256;
    private static readonly TimeSpan StartMargin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(4);

    private readonly ConcurrentQueue<(SystemLane Lane, DateTimeOffset Started, bool Failed)> _ended = new();
    private readonly ConcurrentDictionary<long, Task> _running = new();

    /// <summary>Tells the lanes which attempts have ended.</summary>
    internal void TakeEnded()
    {
        while (_ended.TryDequeue(out var end)) lanes.End(end.Lane, end.Started, end.Failed);
    }

    /// <summary>Starts what waits as far as the budgets go; gives back what cannot be started in time.</summary>
    internal async Task StartAsync(CancellationToken abort)
    {
        var now = clock.GetUtcNow();
        var (prompt, suspects) = lanes.InFlight(now);
        List<DeliveryRecord> givenBack = [];
        foreach (var lane in lanes.InTurn().Where(l => l.Waiting.Count > 0))
        {
            var system = lanes.Find(lane.Address);
            var suspect = lane.IsSuspect(now);
            while (lane.Waiting.Count > 0)
            {
                if (system is null || TooLate(lane.Waiting.Peek(), system.Policy, now) || (suspect && lane.Waiting.Count > 1))
                {
                    givenBack.Add(lane.Waiting.Dequeue());
                    lane.MayHaveMore = true;
                    continue;
                }

                var room = prompt + suspects < MaxTotal && (suspect ? suspects < MaxSuspect : prompt < MaxPrompt);
                if (!room || !lane.MayStart(system.Policy, now)) break;
                if (suspect) suspects++;
                else prompt++;
                Start(lane, lane.Waiting.Dequeue(), system, now, abort);
            }
        }

        await outcomes.GiveBackAsync(givenBack);
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

    private void Start(SystemLane lane, DeliveryRecord held, AgencySystem system, DateTimeOffset now, CancellationToken abort)
    {
        lane.Begin(now);
        var task = Task.Run(() => AttemptAsync(lane, held, system, now, abort), CancellationToken.None);
        _running[held.Id] = task;
        _ = task.ContinueWith(done => _running.TryRemove(KeyValuePair.Create(held.Id, done)), TaskScheduler.Default);
    }

    private async Task AttemptAsync(SystemLane lane, DeliveryRecord held, AgencySystem system, DateTimeOffset started, CancellationToken abort)
    {
        var attempt = await attempts.MakeAsync(held, system, abort);
        _ended.Enqueue((lane, started, attempt?.Outcome is null or AttemptOutcome.Failed));
        wake();
        if (attempt is not null) await attempts.RecordAsync(attempt);
    }

    private static bool TooLate(DeliveryRecord held, DeliveryPolicy policy, DateTimeOffset now) => held.ClaimedUntil < now + policy.Timeout + StartMargin;
}
