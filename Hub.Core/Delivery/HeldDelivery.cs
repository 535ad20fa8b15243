using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>A claimed delivery in the dispatcher's hands.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Priority">Its message's; the most urgent when it is not known.</param>
/// <param name="Copy">Its message, when it came with it.</param>
internal sealed record HeldDelivery(DeliveryRecord Delivery, int Priority, FreshCopy? Copy = null)
{
    /// <summary>The priority of one whose message is not known.</summary>
    internal const int Unknown = int.MaxValue;

    /// <summary>Lets go of the copy, and of its room in memory.</summary>
    internal void Drop() => Copy?.Room.Dispose();
}

/// <summary>A message as it was just committed or read.</summary>
/// <param name="Message">The message.</param>
/// <param name="Octets">Its exact bytes.</param>
/// <param name="Room">The room in memory that they take.</param>
/// <param name="Made">When its delivery was granted, or reading it began.</param>
internal sealed record FreshCopy(MessageRecord Message, ReadOnlyMemory<byte> Octets, IDisposable Room, DateTimeOffset Made)
{
    /// <summary>A copy that is older is not used: the store knows what was erased meanwhile.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromSeconds(1);

    internal bool IsUsable(DateTimeOffset now) => now - Made <= MostAge;
}
