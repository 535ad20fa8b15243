using System.Collections.Concurrent;
using Hub.Contracts.Problems;
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
    private static readonly TimeSpan GiveBackAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(4);

    private readonly ConcurrentQueue<(SystemLane Lane, AttemptEnd End)> _ended = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentDictionary<long, bool> _attempted = new();

    // Claims under which nothing was attempted, while the store was away.
    private readonly ConcurrentQueue<HeldDelivery> _left = new();
    private DateTimeOffset _giveBackAt;

    // One for those who may still start more: until the drain.
    private int _running = 1;

    /// <summary>Deliveries that are attempted, or whose outcome is being recorded.</summary>
    internal IEnumerable<long> Attempted => _attempted.Keys;

    /// <summary>Tells the lanes which attempts have ended.</summary>
    internal void TakeEnded()
    {
        if (_ended.IsEmpty) return;
        var now = clock.GetUtcNow();
        while (_ended.TryDequeue(out var end))
        {
            end.Lane.End(end.End, now);
            lanes.ForgetIfIdle(end.Lane);
        }
    }

    /// <summary>Starts what waits as far as the budgets go, one attempt for each system in turn; gives back, beside the loop,
    /// what cannot be started in time.</summary>
    internal void Start(CancellationToken abort)
    {
        var now = clock.GetUtcNow();
        GiveBackUnfit(now);
        GiveBackLeft(now);
        List<HeldDelivery>? late = null;
        var (prompt, suspects) = lanes.InFlight(now);
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var lane in lanes.Starting.Round())
            {
                if (lane.Waiting == 0) continue;
                var suspect = lane.IsSuspect(now);
                var room = prompt + suspects < MaxTotal && (suspect ? suspects < MaxSuspect : prompt < MaxPrompt) && !budget.IsShort;
                if (!room || lanes.Find(lane.Address) is not { } system || !lane.MayStart(system.Policy, now)) continue;
                var next = lane.TakeNext();
                progress = true;
                if (TooLate(next.Delivery, system.Policy, now))
                {
                    // It stood behind one that was claimed later.
                    (late ??= []).Add(next);
                    lane.MayHaveMore = true;
                    continue;
                }

                if (suspect) suspects++;
                else prompt++;
                lanes.Starting.Served(lane);
                Start(lane, next, system, now, abort);
            }
        }

        if (late is not null) BeginGivingBack(late);
    }

    private void GiveBackUnfit(DateTimeOffset now)
    {
        List<HeldDelivery> unfit = [];
        foreach (var lane in lanes.Starting.Round())
        {
            if (lane.Held == lane.InFlight) continue;
            var system = lanes.Find(lane.Address);
            var isUsable = system is not null && lane.Phase(system.Policy, now) != BreakerPhase.Open;
            lane.TakeUnfit(held => !isUsable || TooLate(held.Delivery, system!.Policy, now), lane.IsSuspect(now), unfit);
        }

        if (unfit.Count > 0) BeginGivingBack(unfit);
    }

    private void GiveBackLeft(DateTimeOffset now)
    {
        if (_left.IsEmpty || now < _giveBackAt) return;
        _giveBackAt = now + GiveBackAgain;
        List<HeldDelivery> left = [];
        while (_left.TryDequeue(out var held)) left.Add(held);
        BeginGivingBack(left);
    }

    private void BeginGivingBack(List<HeldDelivery> held)
    {
        Interlocked.Increment(ref _running);
        _ = GiveBackAsync(held);
    }

    private async Task GiveBackAsync(List<HeldDelivery> held)
    {
        try
        {
            await outcomes.GiveBackAsync(held);
        }
        catch (ProblemException away) when (away.Code == ProblemCode.Unavailable)
        {
            log.LogWarning("{Count} claims could not be given back: {Reason} It is tried again.", held.Count, away.Message);
            foreach (var one in held) _left.Enqueue(one);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Count} claims could not be given back; they come round again when they end.", held.Count);
        }
        finally
        {
            Ended();
        }
    }

    /// <summary>Waits until the attempts in flight have ended, then cuts the rest short.</summary>
    internal async Task DrainAsync(CancellationTokenSource abort)
    {
        Ended();
        try
        {
            await _drained.Task.WaitAsync(DrainTime, clock);
        }
        catch (TimeoutException)
        {
            log.LogWarning("{Count} attempts are cut short by the stop; they are made again.", _running);
            await abort.CancelAsync();
            await Task.WhenAny(_drained.Task, Task.Delay(AbortTime, clock));
        }
    }

    private void Start(SystemLane lane, HeldDelivery held, AgencySystem system, DateTimeOffset now, CancellationToken abort)
    {
        var probe = lane.ProbeOf(system.Policy, now);
        lane.Begin(system.Policy, now);
        Interlocked.Increment(ref _running);
        _attempted[held.Delivery.Id] = true;
        _ = Task.Run(() => AttemptAsync(lane, held, system, probe, now, abort), CancellationToken.None);
    }

    private async Task AttemptAsync(SystemLane lane, HeldDelivery held, AgencySystem system, Probe? probe, DateTimeOffset started, CancellationToken abort)
    {
        try
        {
            var attempt = await attempts.MakeAsync(held, system, probe, abort);
            _ended.Enqueue((lane, new AttemptEnd(held.Delivery.Id, started, system.Policy, attempt?.Heard)));
            wake();
            if (attempt is not null) await attempts.RecordAsync(attempt);
        }
        catch (ProblemException away) when (away.Code == ProblemCode.Unavailable)
        {
            log.LogWarning("Delivery {Delivery} could not be attempted: {Reason} It is given back.", held.Delivery.Id, away.Message);
            _left.Enqueue(held);
            _ended.Enqueue((lane, new AttemptEnd(held.Delivery.Id, started, system.Policy, Outcome: null)));
            wake();
        }
        finally
        {
            _attempted.TryRemove(held.Delivery.Id, out _);
            Ended();
        }
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _running) == 0) _drained.TrySetResult();
    }

    private static bool TooLate(DeliveryRecord held, DeliveryPolicy policy, DateTimeOffset now) => held.ClaimedUntil < now + policy.Timeout + StartMargin;
}
