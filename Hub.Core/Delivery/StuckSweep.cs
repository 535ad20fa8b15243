using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Puts back into the queue what a dispatcher has claimed and forgotten. A claim that ended is claimable as it is, and nearly always
/// taken again within a second; what is not, minutes later, is written as queued afresh, counted and told, so that nothing stands as
/// claimed by nobody. It must have been so at two looks, so that a clock that jumps ends no attempt that is under way. A mailbox's claims stay: its late acknowledgement is good until somebody else has the delivery.</summary>
internal sealed class StuckSweep(ICommitter committer, IHubStore store, DeliverySignals signals, TimeProvider clock, ILogger log)
{
    /// <summary>How long after its end a claim is nobody's.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private const int PageSize = 200;
    private const int MostPages = 20;
    private string? _cursor;
    private HashSet<string> _seenBefore = [];
    private HashSet<string> _seen = [];

    /// <summary>Looks at a stretch of what is claimed; the next run goes on from there.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var page = 0; page < MostPages; page++)
        {
            var found = await store.ListDeliveriesAsync(DeliveryState.Claimed, recipient: null, _cursor, PageSize, cancellationToken);
            _cursor = found.Next;
            var ended = clock.GetUtcNow() - Grace;
            var ownerless = found.Items.Where(d => d.Node is not null && d.ClaimedUntil < ended).ToList();
            foreach (var one in ownerless) _seen.Add(one.Claim!);
            var stuck = ownerless.FindAll(d => _seenBefore.Contains(d.Claim!));
            if (stuck.Count > 0) await ReleaseAsync(stuck, cancellationToken);
            if (_cursor is not null) continue;
            (_seenBefore, _seen) = (_seen, []);
            return;
        }
    }

    private async Task ReleaseAsync(List<DeliveryRecord> stuck, CancellationToken cancellationToken)
    {
        var released = await committer.RunAsync(
            async scope =>
            {
                List<DeliveryRecord> freed = [];
                foreach (var delivery in stuck)
                {
                    if (await DeliveryOutcomes.FindHeldAsync(scope, delivery) is not { State: DeliveryState.Claimed } current || current.ClaimedUntil != delivery.ClaimedUntil) continue;
                    var queued = current with { State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Changed = clock.GetUtcNow() };
                    await scope.Transaction.UpdateDeliveryAsync(queued);
                    freed.Add(queued);
                }

                return freed;
            },
            cancellationToken);
        if (released.Count == 0) return;
        DeliveryMetrics.Stuck(released.Count);
        log.LogWarning("{Count} deliveries were claimed by nobody, the first of them {Delivery} to {System}; they are queued again.", released.Count, released[0].Id, released[0].Recipient);
        foreach (var system in released.Select(static d => d.Recipient).Distinct()) signals.Notify(system);
    }
}
