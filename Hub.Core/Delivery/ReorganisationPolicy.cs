using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>What becomes of a delivery that nobody has taken, after its agency was closed or split.</summary>
internal abstract record ReorganisationDecision
{
    /// <summary>It stays: the system still gets messages of this type.</summary>
    internal sealed record Stay : ReorganisationDecision;

    /// <summary>It goes on to a successor.</summary>
    /// <param name="To">The successor's system, and by which reorganisation.</param>
    internal sealed record Redirect(ResolvedRecipient To) : ReorganisationDecision;

    /// <summary>It ends, and the sender is told.</summary>
    /// <param name="Detail">Why, naming the successors.</param>
    internal sealed record End(string Detail) : ReorganisationDecision;
}

/// <summary>Decides about the untaken deliveries of closed and split agencies. A delivery goes where a message that names its
/// system would go at this instant: one rule for what waits and for what comes. Pure.</summary>
internal static class ReorganisationPolicy
{
    /// <summary>Whether a system's agency is closed: it gets <c>hub.*</c> messages only, and sends acknowledgements only. False for
    /// one that has not opened yet, and for one that is not in the registry.</summary>
    internal static bool IsClosed(RegistrySnapshot registry, SystemAddress system, DateTimeOffset at) =>
        registry.AgencyAt(system.Agency, at) is { IsOpen: false } state && !(at < state.Agency.ValidFrom);

    /// <summary>Whether nobody holds a delivery: it waits, or its claim has ended.</summary>
    internal static bool IsUntaken(DeliveryRecord delivery, DateTimeOffset at) =>
        delivery.State == DeliveryState.Queued || (delivery.State == DeliveryState.Claimed && delivery.ClaimedUntil <= at);

    /// <summary>Whether untaken deliveries of a system may have to go: its agency has closed or given something away. The system
    /// itself need no longer be in the registry.</summary>
    internal static bool IsAffected(RegistrySnapshot registry, SystemAddress system, DateTimeOffset at) =>
        registry.AgencyAt(system.Agency, at) is { } agency && (agency.Handovers.Count > 0 || (!agency.IsOpen && !(at < agency.Agency.ValidFrom)));

    /// <summary>The decision.</summary>
    internal static ReorganisationDecision Decide(RegistrySnapshot registry, MessageType type, SystemAddress recipient, DateTimeOffset at)
    {
        if (RegistrySnapshot.IsProtocol(type)) return new ReorganisationDecision.Stay();
        try
        {
            var found = registry.Resolve([new Recipient(RecipientAddress.Parse(recipient.ToString()))], type, at)[0];
            return found.Redirection is null || found.System.Address == recipient ? new ReorganisationDecision.Stay() : new ReorganisationDecision.Redirect(found);
        }
        catch (ProblemException refused) when (refused.Code == ProblemCode.RecipientClosed || IsClosed(registry, recipient, at))
        {
            return new ReorganisationDecision.End(refused.Problem.Items is [var first, ..] ? first.Detail : refused.Problem.Detail);
        }
        catch (ProblemException)
        {
            // The agency is open and something else is wrong with this recipient: no reorganisation's business.
            return new ReorganisationDecision.Stay();
        }
    }
}
