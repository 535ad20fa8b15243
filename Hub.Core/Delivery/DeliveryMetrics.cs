using System.Diagnostics.Metrics;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>What deliveries count on the meter <c>Hub.Core</c>. Counted after the commit, never for what was rolled back.</summary>
internal static class DeliveryMetrics
{
    private static readonly Meter Meter = new("Hub.Core");

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "hub.delivery.attempts", "{attempt}", "Attempts made through channels, by channel and outcome.");

    private static readonly Counter<long> Changes = Meter.CreateCounter<long>(
        "hub.delivery.changes", "{delivery}", "Deliveries that came into a state.");

    private static readonly Counter<long> Claims = Meter.CreateCounter<long>(
        "hub.delivery.claims", "{claim}", "Deliveries claimed, by the dispatcher or through a mailbox.");

    private static readonly Counter<long> Forgotten = Meter.CreateCounter<long>(
        "hub.delivery.stuck", "{delivery}", "Deliveries that were claimed by nobody, and queued again.");

    internal static void Stuck(int count) => Forgotten.Add(count);

    internal static void Attempted(string channel, AttemptOutcome outcome) => Attempts.Add(
        1, new("channel", channel), new("outcome", outcome switch
        {
            AttemptOutcome.Delivered => "delivered",
            AttemptOutcome.Settled => "settled",
            AttemptOutcome.Rejected => "rejected",
            _ => "failed",
        }));

    internal static void Changed(DeliveryState state, int count = 1)
    {
        if (count > 0) Changes.Add(count, new KeyValuePair<string, object?>("state", DeliveryTrail.Text(state)));
    }

    internal static void Claimed(string by, int count)
    {
        if (count > 0) Claims.Add(count, new KeyValuePair<string, object?>("by", by));
    }
}
