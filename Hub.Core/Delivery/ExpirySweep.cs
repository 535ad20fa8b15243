using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Ends deliveries that nobody takes: those whose message expired, and those older than their system's policy allows
/// (a mailbox that nobody empties). What is found together is ended together, so that it shares grouped commits.</summary>
internal sealed class ExpirySweep(IRegistry registry, ICommitter committer, IHubStore store, DeliveryOutcomes outcomes, TimeProvider clock)
{
    private const int Batch = 256;
    private static readonly DeliveryPolicy Default = new();

    /// <summary>Where the age sweep goes on at its next run; nothing: from the oldest.</summary>
    private readonly Dictionary<DeliveryState, string?> _cursors = [];

    /// <summary>Deliveries looked at together in the age sweep, 1 to 200.</summary>
    internal int PageSize { get; init; } = 200;

    /// <summary>Most pages that one run of the age sweep looks at for each state; the next run goes on from there.</summary>
    internal int MostPages { get; init; } = 20;

    /// <summary>Ends all deliveries whose message has expired.</summary>
    internal async Task EndExpiredAsync(CancellationToken cancellationToken)
    {
        var ended = Batch;
        while (ended == Batch && !cancellationToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            var expired = await committer.RunAsync(scope => scope.Transaction.ListExpiredAsync(now, Batch), cancellationToken);
            ended = (await Task.WhenAll(expired.Select(delivery => EndExpiredAsync(delivery, now, cancellationToken)))).Count(static one => one);
        }
    }

    /// <summary>Ends the deliveries that are too old, oldest first, up to the first message younger than any policy allows. What
    /// is old and stays (its system allows a greater age, or somebody holds it) is stepped over, in as many runs as it takes.</summary>
    internal async Task EndAgedAsync(CancellationToken cancellationToken)
    {
        var shortest = registry.Current.Systems.Select(s => s.Policy.MaxAge).Append(Default.MaxAge).Min();
        foreach (var state in new[] { DeliveryState.Queued, DeliveryState.Claimed })
        {
            var cursor = _cursors.GetValueOrDefault(state);
            for (var page = 0; page < MostPages; page++)
            {
                var found = await store.ListDeliveriesAsync(state, recipient: null, cursor, PageSize, cancellationToken);
                var old = await Task.WhenAll(found.Items.Select(delivery => EndIfAgedAsync(delivery, shortest, cancellationToken)));
                cursor = old.All(static one => one) ? found.Next : null;
                _cursors[state] = cursor;
                if (cursor is null) break;
            }
        }
    }

    private async Task<bool> EndExpiredAsync(DeliveryRecord delivery, DateTimeOffset now, CancellationToken cancellationToken) =>
        await store.FindMessageAsync(delivery.Message, cancellationToken) is { } message
        && await outcomes.GiveUpAsync(delivery, message, DeliveryState.Expired, ProblemCode.Expired, $"not taken before {message.Expires:O}", untakenAt: now);

    /// <returns>Whether the message is old enough that later ones may be too.</returns>
    private async Task<bool> EndIfAgedAsync(DeliveryRecord delivery, TimeSpan shortest, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await store.FindMessageAsync(delivery.Message, cancellationToken) is not { } message) return true;
        if (now - message.Accepted < shortest) return false;
        var greatest = (registry.Current.FindSystem(delivery.Recipient)?.Policy ?? Default).MaxAge;
        var held = delivery.State == DeliveryState.Claimed && delivery.ClaimedUntil > now;
        if (held || now - DeliveryAges.Since(message, delivery) < greatest) return true;
        await outcomes.GiveUpAsync(delivery, message, DeliveryState.Dead, ProblemCode.Expired, $"not delivered within {greatest}", untakenAt: now);
        return true;
    }
}
