using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing;

/// <summary>Payloads of envelopes, sealed and opened.</summary>
public static class SealedPayload
{
    /// <summary>Seals a payload.</summary>
    /// <param name="plain">The plain payload.</param>
    /// <param name="format"><see cref="PayloadEncryption.Jwe"/> for any form, <see cref="PayloadEncryption.XmlEnc11"/> for XML.</param>
    /// <param name="recipients">A key of every system that is to read it.</param>
    /// <param name="binding">Who seals for whom; JWE only.</param>
    /// <param name="transport">How RSA keys are used; XML Encryption only.</param>
    /// <returns>The payload for the envelope: JWE as bytes of <c>application/jose</c> or <c>application/jose+json</c>, XML
    /// Encryption as an element of <c>application/xenc+xml</c>.</returns>
    /// <exception cref="ProblemException">The payload does not fit the format, or is too large.</exception>
    public static Payload Seal(
        Payload plain, PayloadEncryption format, IReadOnlyList<SealingKey> recipients,
        SealBinding? binding = null, XmlKeyTransport transport = XmlKeyTransport.RsaOaepSha256)
    {
        ArgumentNullException.ThrowIfNull(plain);
        if (plain.Encryption != PayloadEncryption.None) throw new ArgumentException("The payload is sealed already.", nameof(plain));
        SealingFaults.CheckKeys(recipients, SealingLimits.Default);
        switch (format)
        {
            case PayloadEncryption.Jwe:
                return new Payload
                {
                    Form = PayloadForm.Bytes, MediaType = Jwe.MediaTypeFor(recipients.Count), Encryption = format,
                    Data = Jwe.Seal(plain.Data, plain.MediaType, recipients, binding),
                };
            case PayloadEncryption.XmlEnc11 when plain.Form == PayloadForm.Xml:
                return new Payload
                {
                    Form = PayloadForm.Xml, MediaType = XmlEncryption.MediaType, Encryption = format,
                    Data = XmlEncryption.Seal(plain.Data, plain.MediaType, recipients, transport),
                };
            case PayloadEncryption.XmlEnc11:
                throw SealingFaults.Unsupported("form", plain.Form.ToString(), "an XML element in XML Encryption; seal other content as JWE");
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Content is sealed as JWE or by XML Encryption 1.1.");
        }
    }

    /// <summary>Opens a sealed payload.</summary>
    /// <param name="payload">A payload with <see cref="Payload.Encryption"/>.</param>
    /// <param name="keys">The recipient's keys, e.g. the present and the last one.</param>
    /// <exception cref="ProblemException">See <see cref="Jwe.Open"/> and <see cref="XmlEncryption.Open"/>.</exception>
    public static OpenedContent Open(Payload payload, IReadOnlyList<UnsealingKey> keys)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return payload.Encryption switch
        {
            PayloadEncryption.Jwe => Jwe.Open(payload.Data, keys),
            PayloadEncryption.XmlEnc11 => XmlEncryption.Open(payload.Data, keys),
            _ => throw SealingFaults.Malformed("is a plain payload: there is nothing to open"),
        };
    }

    /// <summary>Why a payload is not sealed within the profile, as far as can be seen without a key: it is plain, or its form is not that of
    /// what it says it is; null when it has that form. Nobody but a recipient can tell whether it opens.</summary>
    public static string? Fault(Payload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return SealingFaults.Of(() =>
        {
            switch (payload.Encryption)
            {
                case PayloadEncryption.Jwe: Jose.JweReader.Read(payload.Data, SealingLimits.Default); break;
                case PayloadEncryption.XmlEnc11: Xml.XmlEncReader.Read(payload.Data, SealingLimits.Default); break;
                default: throw SealingFaults.Malformed("is a plain payload");
            }
        });
    }
}
