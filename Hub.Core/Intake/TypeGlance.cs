using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;

namespace Hub.Core.Intake;

/// <summary>A glance at an envelope before anything of it is proven: good for letting through what says that it ends work, which then
/// has to prove it like everything else.</summary>
public static class TypeGlance
{
    /// <summary>Greatest envelope that is looked at, in bytes: acknowledgements are small.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Whether it says that it is an acknowledgement; false for what is large or cannot be read.</summary>
    public static bool IsAcknowledgement(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding)
    {
        if (octets.Length > MaxBytes) return false;
        try
        {
            var envelope = encoding == EnvelopeEncoding.Xml
                ? XmlEnvelope.ReadUnverified(octets, EnvelopeLimits.Default)
                : JsonEnvelope.ReadUnverified(octets, EnvelopeLimits.Default);
            return envelope.Type == MessageType.Acknowledgement;
        }
        catch (ProblemException)
        {
            return false;
        }
    }
}
