using System.Collections.Concurrent;
using System.Threading.Channels;
using Hub.Contracts.Addresses;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Brings due deliveries to the systems that the hub itself serves (push, app): claims them in batches, makes
/// attempts, records outcomes. One loop decides; attempts run beside it.</summary>
/// <remarks>Failure policy: a claim lasts longer than an attempt may take, so nothing is lost when the hub dies at any moment;
/// at its start it takes its own claims of before back at once. A stuck system never slows another: see
/// <see cref="SystemLane"/>.</remarks>
public sealed class Dispatcher
{
    private const int MaxPrompt = 64;
    private const int MaxSuspect = 64;
    private const int MaxTotal = 256;
    private const int MaxHeld = 1_024;
    private const int ClaimUnit = 64;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AgeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartMargin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(4);

    private readonly IRegistry _registry;
    private readonly ICommitter _committer;
    private readonly DeliverySignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<Dispatcher> _log;
    private readonly DeliveryOutcomes _outcomes;
    private readonly DeliveryAttempts _attempts;
    private readonly ExpirySweep _sweep;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<SystemAddress, bool> _notified = new();
    private readonly ConcurrentQueue<(SystemLane Lane, DateTimeOffset Started, bool Failed)> _ended = new();
    private readonly ConcurrentDictionary<long, Task> _running = new();
    private readonly Dictionary<SystemAddress, SystemLane> _lanes = [];
    private DateTimeOffset _nextPoll = DateTimeOffset.MinValue;
    private int _turn;

    /// <summary>Composes the dispatcher.</summary>
    public Dispatcher(
        IRegistry registry, ICommitter committer, IHubStore store, IHubKeys keys, IEnumerable<IDeliveryChannel> channels, Acknowledgements acknowledgements,
        Lazy<IIntake> intake, DeliverySignals signals, TimeProvider clock, ILogger<Dispatcher> log)
    {
        _registry = registry;
        _committer = committer;
        _signals = signals;
        _clock = clock;
        _log = log;
        _outcomes = new DeliveryOutcomes(committer, acknowledgements, new DeliveryNotices(keys), intake, signals, clock);
        _attempts = new DeliveryAttempts(store, channels, new DeliveryStatements(keys), _outcomes, clock, log);
        _sweep = new ExpirySweep(registry, committer, store, _outcomes, clock);
    }

    /// <summary>Runs until cancelled, then drains: attempts in flight have 25 s to end, the rest goes back into the queue.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var abort = new CancellationTokenSource();
        _signals.Listen(Notified);
        await using var ticker = _clock.CreateTimer(_ => Wake(), null, PollInterval, PollInterval);
        try
        {
            await GuardedAsync("releasing claims of before the start", ReleaseOwnClaimsAsync, stopping);
            var sweeps = Task.WhenAll(
                SweepAsync(ExpiryInterval, _sweep.EndExpiredAsync, stopping), SweepAsync(AgeInterval, _sweep.EndAgedAsync, stopping));
            while (!stopping.IsCancellationRequested)
            {
                var again = false;
                await GuardedAsync("dispatching", async _ => again = await StepAsync(abort.Token, stopping), stopping);
                if (!again) await WaitAsync(stopping);
            }

            await sweeps;
            await DrainAsync(abort);
        }
        finally
        {
            _signals.Unlisten(Notified);
        }
    }

    private async Task<bool> StepAsync(CancellationToken abort, CancellationToken stopping)
    {
        TakeEnded();
        TakeNotified();
        await StartAsync(abort);
        if (_clock.GetUtcNow() >= _nextPoll) await PollAsync(stopping);
        var claimed = await ClaimAsync(stopping);
        await StartAsync(abort);
        return claimed > 0;
    }

    private void TakeEnded()
    {
        while (_ended.TryDequeue(out var end))
        {
            end.Lane.End(end.Started, end.Failed);
            if (end.Lane.IsIdle) _lanes.Remove(end.Lane.Address);
        }
    }

    private void TakeNotified()
    {
        foreach (var address in _notified.Keys)
        {
            if (_notified.TryRemove(address, out _)) MarkReady(address);
        }
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        var now = _clock.GetUtcNow();
        _nextPoll = now + PollInterval;
        foreach (var address in await _committer.RunAsync(scope => scope.Transaction.ListRecipientsDueAsync(now, 1_000), stopping)) MarkReady(address);
    }

    private void MarkReady(SystemAddress address)
    {
        if (Find(address) is null) return;
        if (!_lanes.TryGetValue(address, out var lane)) _lanes.Add(address, lane = new SystemLane(address));
        lane.MayHaveMore = true;
    }

    private async Task<int> ClaimAsync(CancellationToken stopping)
    {
        var now = _clock.GetUtcNow();
        var free = MaxHeld - _lanes.Values.Sum(l => l.Waiting.Count + l.InFlight);
        List<(SystemLane Lane, int Limit, DateTimeOffset Until)> plan = [];
        foreach (var lane in InTurn().Where(l => l.MayHaveMore))
        {
            if (Find(lane.Address) is not { } system)
            {
                lane.MayHaveMore = false;
                continue;
            }

            var limit = Math.Min(lane.ClaimLimit(system.Policy, now), free);
            if (limit <= 0) continue;
            free -= limit;
            plan.Add((lane, limit, now + LeaseOf(system.Policy)));
            if (plan.Count == ClaimUnit) break;
        }

        if (plan.Count == 0) return 0;
        var claims = await _committer.RunAsync(
            async scope =>
            {
                List<IReadOnlyList<DeliveryRecord>> found = [];
                foreach (var (lane, limit, until) in plan) found.Add(await scope.Transaction.ClaimAsync(lane.Address, now, until, limit));
                return found;
            },
            stopping);
        var total = 0;
        foreach (var ((lane, limit, _), found) in plan.Zip(claims))
        {
            foreach (var delivery in found) lane.Waiting.Enqueue(delivery);
            lane.MayHaveMore = found.Count == limit;
            total += found.Count;
        }

        DeliveryMetrics.Claimed("dispatcher", total);
        return total;
    }

    private async Task StartAsync(CancellationToken abort)
    {
        var now = _clock.GetUtcNow();
        var suspects = _lanes.Values.Where(l => l.IsSuspect(now)).Sum(l => l.InFlight);
        var prompt = _lanes.Values.Sum(l => l.InFlight) - suspects;
        List<DeliveryRecord> givenBack = [];
        foreach (var lane in InTurn().Where(l => l.Waiting.Count > 0))
        {
            var system = Find(lane.Address);
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

        await _outcomes.GiveBackAsync(givenBack);
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
        var attempt = await _attempts.MakeAsync(held, system, abort);
        _ended.Enqueue((lane, started, attempt?.Outcome is null or AttemptOutcome.Failed));
        Wake();
        if (attempt is not null) await _attempts.RecordAsync(attempt);
    }

    private async Task DrainAsync(CancellationTokenSource abort)
    {
        await GuardedAsync(
            "giving claims back", async _ => await _outcomes.GiveBackAsync([.. _lanes.Values.SelectMany(l => l.Waiting)]), CancellationToken.None);
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(DrainTime, _clock);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("{Count} attempts are cut short by the stop; they are made again.", _running.Count);
            await abort.CancelAsync();
            await Task.WhenAny(Task.WhenAll(_running.Values), Task.Delay(AbortTime, _clock));
        }
    }

    private async ValueTask ReleaseOwnClaimsAsync(CancellationToken stopping)
    {
        var now = _clock.GetUtcNow();
        foreach (var systems in _registry.Current.Content.Systems.Where(_attempts.Serves).Chunk(100))
        {
            await _committer.RunAsync(
                async scope =>
                {
                    var released = 0;
                    foreach (var system in systems) released += await scope.Transaction.ReleaseClaimsAsync(system.Address, now);
                    return released;
                },
                stopping);
        }
    }

    private async Task SweepAsync(TimeSpan interval, Func<CancellationToken, Task> sweep, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) await GuardedAsync("sweeping", async token => await sweep(token), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping ends the sweep.
        }
    }

    private async Task GuardedAsync(string what, Func<CancellationToken, ValueTask> step, CancellationToken stopping)
    {
        try
        {
            await step(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping is no failure.
        }
        catch (Exception failure)
        {
            _log.LogError(failure, "The dispatcher failed {What}; it goes on at its next turn.", what);
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await _wake.Reader.ReadAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop's condition ends it.
        }
    }

    private void Notified(SystemAddress address)
    {
        _notified[address] = true;
        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private AgencySystem? Find(SystemAddress address) =>
        _registry.Current.FindSystem(address) is { } system && _attempts.Serves(system) ? system : null;

    private IEnumerable<SystemLane> InTurn()
    {
        var lanes = _lanes.Values.ToArray();
        var first = lanes.Length == 0 ? 0 : _turn++ % lanes.Length;
        return lanes.Skip(first).Concat(lanes.Take(first));
    }

    private static TimeSpan LeaseOf(DeliveryPolicy policy) => policy.Timeout + LeaseMargin > Lease ? policy.Timeout + LeaseMargin : Lease;

    private static bool TooLate(DeliveryRecord held, DeliveryPolicy policy, DateTimeOffset now) => held.ClaimedUntil < now + policy.Timeout + StartMargin;
}
