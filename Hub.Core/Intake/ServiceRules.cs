using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Core.Intake;

/// <summary>What the service demands of a message. Pure.</summary>
internal static class ServiceRules
{
    /// <exception cref="ProblemException"><c>unknown-service</c> or <c>too-large</c>.</exception>
    internal static Service Find(RegistrySnapshot registry, Envelope envelope, long size)
    {
        var service = registry.FindService(envelope.Type)
            ?? throw ProblemCode.UnknownService.With($"The registry (version {registry.Version}) has no service '{envelope.Type}'.");
        return size <= (service.MaxBytes ?? long.MaxValue)
            ? service
            : throw ProblemCode.TooLarge.With($"The envelope has {size} bytes; the service {service.Type} allows {service.MaxBytes}. Send large content as an upload.");
    }

    /// <summary>What a dead delivery does to those behind it in its conversation; null when the service demands no order.</summary>
    internal static OnDead? OrderOf(Service service) => service.Order == ServiceOrder.Conversation ? service.OnDead : null;

    /// <exception cref="ProblemException"><c>unsupported-profile</c>: this version of the hub understands no extension.</exception>
    internal static void CheckExtensions(Envelope envelope)
    {
        if (envelope.Extensions.FirstOrDefault(e => e.MustUnderstand) is { } foreign)
            throw ProblemCode.UnsupportedProfile.With($"The extension '{foreign.Name}' must be understood, and this hub does not know it. Send without it, or mark it as not required.");
    }

    /// <exception cref="ProblemException"><c>assurance-too-low</c>.</exception>
    internal static void CheckAssurance(Service service, string assurance)
    {
        if (!Assurances.Reaches(assurance, service.MinimumAssurance))
            throw ProblemCode.AssuranceTooLow.With($"The service {service.Type} demands {service.MinimumAssurance}; the message is {assurance}.");
    }
}
