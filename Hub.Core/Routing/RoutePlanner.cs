using Hub.Contracts.Envelopes;
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
    /// <param name="accepted">When it was accepted.</param>
    /// <param name="notBefore">Before which nothing may be delivered, if the sender said so.</param>
    public static IReadOnlyList<DeliveryRecord> Plan(
        MessageKey message, IReadOnlyList<ResolvedRecipient> recipients, DateTimeOffset accepted, DateTimeOffset? notBefore)
    {
        var due = notBefore > accepted ? notBefore.Value : accepted;
        return
        [
            .. recipients.Select(r => new DeliveryRecord
            {
                Message = message,
                Recipient = r.System.Address,
                Role = r.Role,
                Why = r.Why,
                State = DeliveryState.Queued,
                Due = due,
                Changed = accepted,
            }),
        ];
    }
}
