using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Core.Registry;

namespace Hub.Core.Services;

/// <summary>What a service demands of a message besides its content's shape: to be sealed, to be in its time. Pure.</summary>
internal static class ServiceTerms
{
    /// <exception cref="ProblemException"><c>service-retired</c> or <c>confidentiality-required</c>.</exception>
    internal static void Check(Service service, Envelope envelope, DateTimeOffset now)
    {
        if (service.Sunset <= now)
            throw ProblemCode.ServiceRetired.With($"{service.Type} ended at {Rfc3339.Format(service.Sunset.Value)}. {(service.ReplacedBy is { } next ? $"Use {next}." : "Nothing replaces it.")}");
        if (service.Confidentiality != Confidentiality.EndToEnd) return;
        if (envelope.Payload is { Encryption: PayloadEncryption.None })
            throw ProblemCode.ConfidentialityRequired.With($"{service.Type} is end-to-end confidential; the payload is plain.");
        if (envelope.Attachments.FirstOrDefault(static a => a.MediaType is not (Jwe.CompactMediaType or Jwe.GeneralMediaType)) is { } plain)
            throw ProblemCode.ConfidentialityRequired.With($"{service.Type} is end-to-end confidential; the attachment '{plain.Name}' has the media type {plain.MediaType}, not {Jwe.CompactMediaType} or {Jwe.GeneralMediaType}.");
    }

    /// <summary>Whether what says that it is sealed has the form of it: a label alone hides nothing. Uploads are not looked into.</summary>
    /// <exception cref="ProblemException"><c>confidentiality-required</c>.</exception>
    internal static void CheckSeals(Service service, Envelope envelope)
    {
        if (service.Confidentiality != Confidentiality.EndToEnd) return;
        if (envelope.Payload is { } payload && SealedPayload.Fault(payload) is { } fault)
            throw ProblemCode.ConfidentialityRequired.With($"{service.Type} is end-to-end confidential; the payload says that it is sealed, but: {fault}");
        foreach (var attachment in envelope.Attachments)
        {
            if (attachment.Inline is { } data && SealedAttachment.Fault(data) is { } broken)
                throw ProblemCode.ConfidentialityRequired.With($"{service.Type} is end-to-end confidential; the attachment '{attachment.Name}' says that it is sealed, but: {broken}");
        }
    }
}
