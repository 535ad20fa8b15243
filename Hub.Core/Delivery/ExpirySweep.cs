using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Ends deliveries that nobody takes: those whose message expired, and those older than their system's policy allows
/// (a mailbox that nobody empties).</summary>
internal sealed class ExpirySweep(IRegistry registry, ICommitter committer, IHubStore store, DeliveryOutcomes outcomes, TimeProvider clock)
{
    private const int Batch = 256;
    private const int MostPages = 20;
    private static readonly DeliveryPolicy Default = new();

    /// <summary>Ends all deliveries whose message has expired.</summary>
    internal async Task EndExpiredAsync(CancellationToken cancellationToken)
    {
        var ended = Batch;
        while (ended == Batch && !cancellationToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            var expired = await committer.RunAsync(scope => scope.Transaction.ListExpiredAsync(now, Batch), cancellationToken);
            ended = 0;
            foreach (var delivery in expired)
            {
                if (await store.FindMessageAsync(delivery.Message, cancellationToken) is not { } message) continue;
                if (await outcomes.GiveUpAsync(delivery, message, DeliveryState.Expired, ProblemCode.Expired, $"not taken before {message.Expires:O}")) ended++;
            }
        }
    }

    /// <summary>Ends the deliveries that are too old, oldest first; stops at the first message younger than any policy allows.</summary>
    internal async Task EndAgedAsync(CancellationToken cancellationToken)
    {
        var shortest = registry.Current.Content.Systems.Select(s => s.Policy.MaxAge).Append(Default.MaxAge).Min();
        foreach (var state in new[] { DeliveryState.Queued, DeliveryState.Claimed })
        {
            string? cursor = null;
            for (var page = 0; page < MostPages; page++)
            {
                var found = await store.ListDeliveriesAsync(state, recipient: null, cursor, 200, cancellationToken);
                var goesOn = true;
                foreach (var delivery in found.Items) goesOn = await EndIfAgedAsync(delivery, shortest, cancellationToken);
                cursor = found.Next;
                if (!goesOn || cursor is null) break;
            }
        }
    }

    private async Task<bool> EndIfAgedAsync(DeliveryRecord delivery, TimeSpan shortest, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await store.FindMessageAsync(delivery.Message, cancellationToken) is not { } message) return true;
        if (now - message.Accepted < shortest) return false;
        var greatest = (registry.Current.FindSystem(delivery.Recipient)?.Policy ?? Default).MaxAge;
        var held = delivery.State == DeliveryState.Claimed && delivery.ClaimedUntil > now;
        if (held || delivery.Replays > 0 || now - DeliveryAges.Since(message) < greatest) return true;
        await outcomes.GiveUpAsync(delivery, message, DeliveryState.Dead, ProblemCode.Expired, $"not delivered within {greatest}");
        return true;
    }
}
