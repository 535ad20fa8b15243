using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rehearsal;

/// <summary>A delivery that is not finished.</summary>
/// <param name="From">Who sent it.</param>
/// <param name="Type">Its type.</param>
/// <param name="To">Whose it is.</param>
/// <param name="Claimed">Whether somebody holds it.</param>
/// <param name="Conversation">Its conversation, if any.</param>
internal sealed record OpenDelivery(SystemAddress From, MessageType Type, SystemAddress To, bool Claimed, string? Conversation);
