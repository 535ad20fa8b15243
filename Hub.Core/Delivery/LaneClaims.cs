using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Claims what is due for the lanes, many systems in one commit.</summary>
internal sealed class LaneClaims(ICommitter committer, DispatchLanes lanes, TimeProvider clock)
{
    private const int MaxHeld = 1_024;
    private const int ClaimUnit = 64;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);

    /// <summary>Claims for the lanes that may have more; returns how many were claimed.</summary>
    internal async Task<int> TakeAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var plan = Plan(now);
        if (plan.Count == 0) return 0;
        var claims = await committer.RunAsync(
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

    private List<(SystemLane Lane, int Limit, DateTimeOffset Until)> Plan(DateTimeOffset now)
    {
        var free = MaxHeld - lanes.Held;
        List<(SystemLane Lane, int Limit, DateTimeOffset Until)> plan = [];
        foreach (var lane in lanes.InTurn().Where(l => l.MayHaveMore))
        {
            if (lanes.Find(lane.Address) is not { } system)
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

        return plan;
    }

    private static TimeSpan LeaseOf(DeliveryPolicy policy) => policy.Timeout + LeaseMargin > Lease ? policy.Timeout + LeaseMargin : Lease;
}
