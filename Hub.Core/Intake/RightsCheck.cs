using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Core.Registry;

namespace Hub.Core.Intake;

/// <summary>Who may send what to whom; denied by default. Pure.</summary>
internal static class RightsCheck
{
    /// <summary>Greatest priority of an acknowledgement, which no right governs.</summary>
    private const int UsualPriority = 2;

    /// <summary>Checks the rights for every recipient; of the hub's own protocol, that the sender may use it at all.</summary>
    /// <exception cref="ProblemException">One <c>not-allowed</c> listing every recipient that no right covers.</exception>
    internal static void Check(RegistrySnapshot registry, Envelope envelope, IReadOnlyList<ResolvedRecipient> recipients, long size, DateTimeOffset now)
    {
        if (RegistrySnapshot.IsProtocol(envelope.Type)) CheckProtocol(envelope);
        else CheckRights(registry, envelope, recipients, size, now);
    }

    private static void CheckProtocol(Envelope envelope)
    {
        if (envelope.Type != MessageType.Acknowledgement)
            throw ProblemCode.NotAllowed.With($"Only the hub itself sends {envelope.Type}. Broken link: right.");
        if (envelope.Priority > UsualPriority)
            throw ProblemCode.NotAllowed.With($"An acknowledgement has a priority of at most {UsualPriority}; this one has {envelope.Priority}. Broken link: right.");
    }

    private static void CheckRights(RegistrySnapshot registry, Envelope envelope, IReadOnlyList<ResolvedRecipient> recipients, long size, DateTimeOffset now)
    {
        if (registry.AgencyAt(envelope.From.Agency, now) is { IsOpen: false } sender)
            throw ProblemCode.NotAllowed.With($"The sender's agency {sender.Agency.Code} is closed. Broken link: right.");
        var facts = new MessageFacts(envelope.Priority, size, envelope.Payload is { Encryption: not PayloadEncryption.None }, envelope.Attachments.Count > 0);
        var denied = Denied(facts);
        // Looked at only when it lets somebody in: a right that demands sealed content is not content with a label.
        if (denied.Count == 0 && facts.Sealed && SealedPayload.Fault(envelope.Payload!) is not null) denied = Denied(facts with { Sealed = false });
        if (denied.Count == 0) return;
        throw new ProblemException(new Problem(
            ProblemCode.NotAllowed,
            $"No right lets {envelope.From} send {envelope.Type} with priority {envelope.Priority} to {denied.Count} of {recipients.Count} recipient(s), so nothing was sent to anybody. First: {denied[0].Subject}. Broken link: right.")
        {
            Items = denied,
        });

        List<ProblemItem> Denied(MessageFacts known) =>
        [
            .. recipients
                .Where(r => !registry.Allows(envelope.From, envelope.Type, r.System.Address, known, now, r.Redirection))
                .Select(r => new ProblemItem(r.System.Address.ToString(), ProblemCode.NotAllowed, $"reached by {r.Why}")),
        ];
    }
}
