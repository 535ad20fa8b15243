using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>A claimed delivery in the dispatcher's hands, with a copy of its message when it came straight from the commit that accepted it.</summary>
internal sealed record HeldDelivery(DeliveryRecord Delivery, FreshCopy? Copy = null)
{
    /// <summary>Lets go of the copy, and of its room in memory.</summary>
    internal void Drop() => Copy?.Room.Dispose();
}

/// <summary>A message as it was just committed.</summary>
/// <param name="Message">The message.</param>
/// <param name="Octets">Its exact bytes.</param>
/// <param name="Room">The room in memory that they take.</param>
/// <param name="Made">When the delivery was granted.</param>
internal sealed record FreshCopy(MessageRecord Message, ReadOnlyMemory<byte> Octets, IDisposable Room, DateTimeOffset Made)
{
    /// <summary>A copy that is older is not used: the store knows what was erased meanwhile.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromSeconds(1);

    internal bool IsUsable(DateTimeOffset now) => now - Made <= MostAge;
}
