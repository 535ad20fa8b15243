using Hub.Contracts.Addresses;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Claims what is due for the lanes, many systems in one commit, and looks for systems that were not announced. One
/// commit at a time runs beside the dispatcher's loop, which alone calls this, and wakes it when it ends.</summary>
internal sealed class LaneClaims(
    ICommitter committer, DispatchLanes lanes, ClaimedCopies copies, DirectHandover direct, ThisNode node, Action wake, TimeProvider clock, ILogger log)
{
    // More than may come directly, since what did may wait for a claim.
    private const int MaxHeld = 2_048;
    private const int ClaimUnit = 64;
    private const int MaxPolled = 1_000;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private List<Share> _plan = [];
    private Task? _running;
    private Found? _found;
    private DateTimeOffset _nextPoll = DateTimeOffset.MinValue;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Begins a claim when lanes may have more or a poll is due, unless one is running.</summary>
    internal void Begin(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (_running is not null || now < _notBefore) return;
        _plan = Plan(now);
        var poll = now >= _nextPoll;
        if (_plan.Count == 0 && !poll) return;
        if (poll) _nextPoll = now + PollInterval;
        foreach (var (lane, _, _, _, _) in _plan)
        {
            lane.BeginClaim();
            lanes.Claiming.Served(lane);
        }

        _running = RunAsync(_plan, poll, now, stopping);
        _ = _running.ContinueWith(_ => wake(), TaskScheduler.Default);
    }

    /// <summary>Hands what a finished claim found to the lanes.</summary>
    internal void Take()
    {
        if (_running is not { IsCompleted: true } ended) return;
        _running = null;
        var found = ended.IsCompletedSuccessfully ? _found : null;
        if (found is null) Failed(ended);
        var (total, now) = (0, clock.GetUtcNow());
        for (var i = 0; i < _plan.Count; i++)
        {
            var lane = _plan[i].Lane;
            var claim = found?.Claims[i];
            foreach (var held in claim?.Held ?? []) lane.Add(held);
            if (claim?.Emptied is not { } emptied) direct.Shut(lane.Address);
            else if (direct.Open(lane.Address, emptied.Closings, emptied.NextDue, now)) lane.FreeAll();
            lane.EndClaim(claim is { TookAll: true } && !(claim.Emptied?.NextDue <= now));
            lanes.ForgetIfIdle(lane);
            total += claim?.Held.Count ?? 0;
        }

        if (total > 0) DeliveryMetrics.Claimed("dispatcher", total);
        foreach (var address in found?.Due ?? []) lanes.MarkReady(address);
    }

    /// <summary>Waits for the running claim and takes what it found.</summary>
    internal async Task EndAsync()
    {
        if (_running is not { } running) return;
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Take();
    }

    private async Task RunAsync(List<Share> plan, bool poll, DateTimeOffset now, CancellationToken stopping)
    {
        List<IReadOnlyList<DeliveryRecord>> claims = [];
        List<Emptied?> emptied = [];
        var due = await committer.RunAsync(
            async scope =>
            {
                (claims, emptied) = ([], []);
                foreach (var (lane, limit, until, closed, turn) in plan)
                {
                    // Before the claim looks: what another group queues from here on, it may not see.
                    var closings = direct.Closings(lane.Address);
                    var claimed = await scope.Transaction.ClaimAsync(lane.Address, now, until, limit, closed, node.Number, turn);
                    claims.Add(claimed);
                    emptied.Add(claimed.Count < limit && !closed
                        ? new Emptied(closings, await scope.Transaction.FindNextDueAsync(lane.Address, now))
                        : null);
                }

                return poll ? await scope.Transaction.ListRecipientsDueAsync(now, MaxPolled) : [];
            },
            stopping);
        var held = await copies.ReadAsync(claims);
        _found = new Found([.. plan.Select((share, i) => new LaneClaim(held[i], held[i].Count < share.Limit, emptied[i]))], due);
    }

    private void Failed(Task ended)
    {
        _notBefore = clock.GetUtcNow() + PollInterval;
        if (ended.Exception is { } failure) log.LogError(failure.InnerException, "The dispatcher could not claim; it tries again in {Seconds} s.", PollInterval.TotalSeconds);
    }

    /// <summary>What is free is shared among the lanes that can take it, so that no lane claims it all.</summary>
    private List<Share> Plan(DateTimeOffset now)
    {
        List<(SystemLane Lane, DeliveryPolicy Policy, int Limit)> wanting = [];
        List<SystemLane>? gone = null;
        foreach (var lane in lanes.Claiming.Round())
        {
            if (!lane.MayHaveMore && !lane.HasFailed) continue;
            if (lanes.Find(lane.Address) is not { } system)
            {
                lane.MayHaveMore = false;
                (gone ??= []).Add(lane);
                continue;
            }

            if (!lane.MayHaveMore) continue;
            var limit = lane.ClaimLimit(system.Policy, now);
            if (limit > 0) wanting.Add((lane, system.Policy, limit));
            if (wanting.Count == ClaimUnit) break;
        }

        foreach (var lane in gone ?? []) lanes.ForgetIfIdle(lane);
        var free = MaxHeld - lanes.Held;
        List<Share> plan = [];
        for (var i = 0; i < wanting.Count && free > 0; i++)
        {
            var (lane, policy, most) = wanting[i];
            var limit = Math.Min(most, Math.Max(1, free / (wanting.Count - i)));
            free -= limit;
            plan.Add(new Share(lane, limit, now + LeaseOf(policy), lanes.IsClosed(lane.Address, now), lane.TakeClaimTurns(limit)));
        }

        return plan;
    }

    internal static TimeSpan LeaseOf(DeliveryPolicy policy) => policy.Timeout + LeaseMargin > Lease ? policy.Timeout + LeaseMargin : Lease;

    private readonly record struct Share(SystemLane Lane, int Limit, DateTimeOffset Until, bool Closed, int Turn);

    /// <summary>A claim left nothing that is due.</summary>
    private sealed record Emptied(long Closings, DateTimeOffset? NextDue);

    private sealed record LaneClaim(IReadOnlyList<HeldDelivery> Held, bool TookAll, Emptied? Emptied);

    private sealed record Found(IReadOnlyList<LaneClaim> Claims, IReadOnlyList<SystemAddress> Due);
}
