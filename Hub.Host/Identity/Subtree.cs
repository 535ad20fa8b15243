using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Host.Identity;

/// <summary>The agencies entrusted to an operator or auditor: one agency and all below it, as they stand at an instant.</summary>
/// <param name="registry">The snapshot used for the whole answer.</param>
/// <param name="root">The agency; null: everywhere.</param>
internal sealed class Subtree(RegistrySnapshot registry, AgencyCode? root)
{
    private readonly AgencyCode? _root = root is { } code ? registry.FindAgency(code)?.Code ?? code : null;

    /// <summary>Whether it holds every agency.</summary>
    internal bool IsAll => _root is null;

    /// <summary>Whether it holds an agency at an instant. Agencies that are in the registry no more are in no subtree.</summary>
    internal bool Holds(AgencyCode agency, DateTimeOffset at) => _root is not { } top || registry.IsUnder(agency, top, at);

    /// <summary>Whether it holds the sender of a message, by the order of the time when it was accepted.</summary>
    internal bool HoldsSender(MessageRecord message) => Holds(message.From.Agency, message.Accepted);

    /// <summary>The deliveries of a message that it holds: all of them when it holds the sender, else those to its own systems.</summary>
    internal IReadOnlyList<DeliveryRecord> Within(MessageRecord message, IReadOnlyList<DeliveryRecord> deliveries) =>
        HoldsSender(message) ? deliveries : [.. deliveries.Where(delivery => Holds(delivery.Recipient.Agency, message.Accepted))];
}
