using Hub.Contracts.Messages;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>Makes the hub-signed statements that go with deliveries.</summary>
internal sealed class DeliveryStatements(IHubKeys keys)
{
    internal ValueTask<string> SignAsync(DeliveryRecord delivery, MessageRecord message, CancellationToken cancellationToken) =>
        new DeliveryStatement(
            keys.Address, message.Key, message.Sha256, message.From, delivery.Recipient, delivery.Why, delivery.Role, message.Assurance,
            message.Accepted, message.Entry).SignAsync(keys.Statement, cancellationToken);
}
