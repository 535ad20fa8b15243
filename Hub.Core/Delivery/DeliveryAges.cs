using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Puts together what policies need to know of a delivery's time.</summary>
internal static class DeliveryAges
{
    /// <summary>When a delivery could first be made: a successor has as much time as any recipient, a replay as much as the first time.</summary>
    internal static DateTimeOffset Since(MessageRecord message, DeliveryRecord delivery)
    {
        var made = delivery.Since ?? message.Accepted;
        return message.NotBefore > made ? message.NotBefore.Value : made;
    }

    /// <summary>The input of <see cref="RetryPolicy"/> after an attempt failed.</summary>
    internal static RetryInput AfterFailure(DeliveryPolicy policy, DeliveryRecord delivery, MessageRecord message, DateTimeOffset now, TimeSpan? retryAfter) =>
        new(policy, delivery.Attempts, now, Since(message, delivery), message.Expires, retryAfter, Random.Shared.NextDouble());
}
