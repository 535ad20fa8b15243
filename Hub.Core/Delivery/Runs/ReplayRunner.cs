using Hub.Core.Nodes;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery.Runs;

/// <summary>Carries out the runs under way, on the node that holds the duty: each second as many deliveries as the run's rate says, in one
/// unit with the run's own progress, so that neither a crash nor another node replays one twice. One loop.</summary>
/// <remarks>Failure policy: a run that fails is tried again the next second; the others go on. An operator's stop holds from its commit on.</remarks>
public sealed class ReplayRunner
{
    private const int MostInAUnit = 50;

    /// <summary>Pages without a delivery of the run that are skipped at once.</summary>
    private const int MostPages = 50;

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly ReplayRuns _runs;
    private readonly ReplayCandidates _candidates;
    private readonly IHubStore _store;
    private readonly DutyCommitter _committer;
    private readonly DeliverySignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<ReplayRunner> _log;

    // What was read of a run's present page and not looked at yet; only in memory: read again, it is the same.
    private readonly Dictionary<string, Pages> _pages = new(StringComparer.Ordinal);

    /// <summary>Composes the runner.</summary>
    public ReplayRunner(ReplayRuns runs, ICommitter committer, IHubStore store, DeliverySignals signals, ThisNode node, TimeProvider clock, ILogger<ReplayRunner> log)
    {
        (_runs, _store, _signals, _clock, _log) = (runs, store, signals, clock, log);
        _candidates = new ReplayCandidates(store);
        _committer = new DutyCommitter(committer, node, Duties.Replay);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TickInterval, _clock);
        try
        {
            do await TickAsync(stopping);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping ends the loop; the runs go on at the next start, or on another node.
        }
    }

    /// <summary>One second's work.</summary>
    internal async Task TickAsync(CancellationToken stopping)
    {
        var before = _committer.Term;
        if (!_committer.TryBegin()) return;
        if (_committer.Term != before) _pages.Clear();
        try
        {
            var active = await _runs.ListActiveAsync(stopping);
            foreach (var gone in _pages.Keys.Except(active, StringComparer.Ordinal).ToList()) _pages.Remove(gone);
            foreach (var id in active) await TryAsync(id, stopping);
        }
        catch (DutyLostException lost)
        {
            _log.LogInformation("{Reason}", lost.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _log.LogWarning(failure, "Replay runs could not be read; it is tried again.");
        }
    }

    private async Task TryAsync(string id, CancellationToken stopping)
    {
        try
        {
            if (await _runs.TryFindAsync(id, stopping) is not { } run)
            {
                await _committer.RunAsync(scope => _runs.ForgetActiveAsync(scope, id), stopping);
                return;
            }

            if (run.State == ReplayRunState.Running && IsStepFull(run)) await JudgeAsync(run, stopping);
            for (var left = run.Pace.Rate; left > 0 && run.State == ReplayRunState.Running && !IsStepFull(run);)
            {
                var replayed = run.Replayed;
                if (await TakeAsync(run, Math.Min(left, MostInAUnit), stopping) is not { } next) break;
                left -= (int)Math.Max(1, next.Replayed - replayed);
                run = next;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _pages.Remove(id);
            _log.LogWarning(failure, "Replay run {Run} could not go on; it is tried again.", id);
        }
    }

    private static bool IsStepFull(ReplayRun run) => run.IsAtEnd || run.StepIds.Count >= run.StepSize;

    /// <summary>Sets going some, as far as the step allows.</summary>
    /// <returns>The run as it is now; null when it was stopped meanwhile.</returns>
    private async Task<ReplayRun?> TakeAsync(ReplayRun run, int most, CancellationToken stopping)
    {
        var pages = await PagesOfAsync(run, stopping);
        var many = Math.Min(most, (run.StepSize ?? int.MaxValue) - run.StepIds.Count);
        var some = pages.Left.Take(many).ToList();
        // What stands before the next page is looked at in this unit to its end.
        var isPageDone = some.Count == pages.Left.Count;
        var (isAtEnd, cursor) = isPageDone ? (pages.Next is null, pages.Next ?? run.Cursor) : (false, run.Cursor);
        var written = await _committer.RunAsync<ReplayRun?>(
            async scope =>
            {
                if (await _runs.FindRunningAsync(scope, run) is not { } current) return null;
                var now = _clock.GetUtcNow();
                List<long> taken = [];
                foreach (var seen in some)
                {
                    // Whoever was quicker has it: another run, an operator, an erasure, or its own end.
                    if (await scope.Transaction.FindDeliveryAsync(seen.Id) is not { } delivery || delivery.Changed > run.Created || !run.Filter.Holds(delivery)) continue;
                    if (await scope.Transaction.FindMessageAsync(delivery.Message) is not { } message || !DeadLetters.IsReplayable(message, now)) continue;
                    await DeadLetters.ReplayAsync(scope, delivery, now, current.Actor, run.Id, _signals);
                    taken.Add(delivery.Id);
                }

                var next = current with
                {
                    Replayed = current.Replayed + taken.Count, Cursor = cursor, IsAtEnd = isAtEnd, Changed = now,
                    StepIds = current.StepSize is null ? [] : [.. current.StepIds, .. taken], StepTaken = taken.Count > 0 ? now : current.StepTaken,
                };
                if (isAtEnd && next.StepSize is null) next = next with { State = ReplayRunState.Done };
                return await _runs.WriteAsync(scope, current, next, DeliveryTrail.Hub);
            },
            stopping);
        if (written is null || isPageDone) _pages.Remove(run.Id);
        else pages.Left.RemoveRange(0, some.Count);
        return written;
    }

    /// <summary>Decides whether a full step was delivered.</summary>
    private async Task JudgeAsync(ReplayRun run, CancellationToken stopping)
    {
        var (delivered, failed) = (0, 0);
        foreach (var id in run.StepIds)
        {
            var state = (await _store.FindDeliveryAsync(id, stopping))?.State;
            if (state is DeliveryState.Delivered or DeliveryState.Acknowledged) delivered++;
            else if (state is not (DeliveryState.Queued or DeliveryState.Claimed)) failed++;
        }

        var now = _clock.GetUtcNow();
        var decision = ReplayStepPolicy.Decide(run.Pace, new ReplayStep(run.StepIds.Count, delivered, failed, now - (run.StepTaken ?? run.Changed)));
        if (decision is ReplayStepDecision.Wait) return;
        await _committer.RunAsync(
            async scope =>
            {
                if (await _runs.FindRunningAsync(scope, run) is not { } current) return false;
                var next = decision is ReplayStepDecision.Stop stop
                    ? current with { State = ReplayRunState.Stopped, Why = stop.Why, Changed = now }
                    : current with { State = current.IsAtEnd ? ReplayRunState.Done : ReplayRunState.Running, Step = current.Step + 1, StepIds = [], StepTaken = null, Changed = now };
                await _runs.WriteAsync(scope, current, next, DeliveryTrail.Hub);
                return true;
            },
            stopping);
    }

    private async ValueTask<Pages> PagesOfAsync(ReplayRun run, CancellationToken stopping)
    {
        if (_pages.TryGetValue(run.Id, out var known) && known.Cursor == run.Cursor) return known;
        var page = await _candidates.ReadAsync(run.Filter, run.Created, _clock.GetUtcNow(), run.Cursor, stopping);
        for (var more = 1; more < MostPages && page is { Items.Count: 0, Next: { } next }; more++) page = await _candidates.ReadAsync(run.Filter, run.Created, _clock.GetUtcNow(), next, stopping);
        return _pages[run.Id] = new Pages(run.Cursor, [.. page.Items], page.Next);
    }

    /// <summary>A page of a run.</summary>
    /// <param name="Cursor">Where it begins.</param>
    /// <param name="Left">What was not looked at yet.</param>
    /// <param name="Next">Where the following one begins; null: there is none.</param>
    private sealed record Pages(string? Cursor, List<DeliveryRecord> Left, string? Next);
}
