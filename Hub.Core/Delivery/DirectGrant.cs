using Hub.Contracts.Addresses;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Leave to hand one delivery straight to the dispatcher; used once: handed over after the commit, or returned.</summary>
/// <param name="Recipient">The system.</param>
/// <param name="Node">The node whose dispatcher takes it.</param>
/// <param name="Granted">When it was given.</param>
/// <param name="Until">When the claim ends by itself.</param>
/// <param name="Room">Its room in memory.</param>
/// <param name="Behind">The turn in which it was given while the store may hold something older; null: the store held nothing.</param>
internal sealed record DirectGrant(SystemAddress Recipient, int Node, DateTimeOffset Granted, DateTimeOffset Until, IDisposable Room, long? Behind)
{
    /// <summary>The delivery as it is written: claimed by this node from the beginning.</summary>
    internal DeliveryRecord Claim(DeliveryRecord delivery) => delivery with
    {
        State = DeliveryState.Claimed, Claim = DirectClaim.NewToken(), ClaimedUntil = Until, Node = Node, Attempts = delivery.Attempts + 1, Changed = Granted,
    };
}
