using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Routing;

/// <summary>Turns resolved recipients into deliveries. Pure; pace and limits stay with the recipient's policy, which the
/// registry in force at each attempt tells.</summary>
public static class RoutePlanner
{
    /// <summary>One queued delivery for each recipient.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recipients">Its recipients, in order.</param>
    /// <param name="order">What a dead delivery does to those behind it, when its service demands order; null: no order is demanded.</param>
    public static IReadOnlyList<DeliveryRecord> Plan(MessageRecord message, IReadOnlyList<ResolvedRecipient> recipients, OnDead? order)
    {
        var due = message.NotBefore > message.Accepted ? message.NotBefore.Value : message.Accepted;
        var lane = order is not null && message.Conversation is { } conversation ? $"{message.From} {conversation}" : null;
        return
        [
            .. recipients.Select(r => new DeliveryRecord
            {
                Message = message.Key,
                Recipient = r.System.Address,
                Role = r.Role,
                Why = r.Why,
                State = DeliveryState.Queued,
                Due = due,
                Since = due > message.Accepted ? due : null,
                Lane = lane,
                LanePlace = lane is null ? 0 : message.Sequence ?? 0,
                HoldsLane = lane is not null && order == OnDead.Hold,
                Changed = message.Accepted,
            }),
        ];
    }
}
