using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Requests;

/// <summary>The right to reply: whoever received a request may answer it, to its sender alone, with the type that the request's
/// service states. It follows from the right that allowed the request and needs none of its own; it ends when the delivery was taken back, and after
/// <see cref="MostReplies"/> replies, so that one request is no licence to send without end.</summary>
internal static class ReplyRight
{
    /// <summary>Most replies of one recipient to one request (32, as with answers to a delivery).</summary>
    internal const int MostReplies = 32;

    private const int UsualPriority = 2;

    /// <summary>Whether an envelope is such a reply; its priority is a usual one, and <c>inReplyTo</c> names the request's exact bytes.</summary>
    internal static async ValueTask<bool> CoversAsync(
        IHubStore store, RegistrySnapshot registry, Envelope envelope, IReadOnlyList<ResolvedRecipient> recipients, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (envelope.InReplyTo is not { } reference || envelope.Priority > UsualPriority || recipients is not [var only]) return false;
        if (registry.AgencyAt(envelope.From.Agency, now) is not { IsOpen: true }) return false;
        if (await store.FindMessageAsync(reference.Key, cancellationToken) is not { } request || request.Sha256 != reference.Sha256 || request.NotBefore > now) return false;
        if (request.From != only.System.Address && request.From != only.Redirection?.System) return false;
        if (registry.FindService(request.Type)?.Reply != envelope.Type) return false;
        return (await store.ListDeliveriesAsync(request.Key, cancellationToken)).Any(d => d.Recipient == envelope.From && d.State is not (DeliveryState.Cancelled or DeliveryState.Expired))
            && await store.CountRepliesAsync(request.Key, envelope.From, MostReplies, cancellationToken) < MostReplies;
    }
}
