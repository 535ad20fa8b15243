using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes;

/// <summary>The rules of <see cref="Payload"/>.</summary>
internal static class PayloadRules
{
    internal static void Check(Payload payload, EnvelopeLimits limits, bool xmlIsRead)
    {
        if (!EnvelopeRules.IsMediaType(payload.MediaType))
            throw EnvelopeRules.Malformed("payload.mediaType", $"is {TextRules.Quote(payload.MediaType)}", EnvelopeRules.MediaTypeRule);
        if (payload.Data.Length > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"The payload has {payload.Data.Length} bytes; the limit is {limits.MaxBytes}. Send large content as an upload.");
        var fits = payload.Encryption switch
        {
            PayloadEncryption.None => Enum.IsDefined(payload.Form),
            PayloadEncryption.Jwe => payload.Form == PayloadForm.Bytes,
            PayloadEncryption.XmlEnc11 => payload.Form == PayloadForm.Xml,
            _ => false,
        };
        if (!fits)
            throw EnvelopeRules.Malformed("payload", $"has encryption {payload.Encryption} in the form {payload.Form}", "jwe as bytes, xmlenc11 as an XML element, or none");
        if (payload.Form == PayloadForm.Xml && !xmlIsRead) Xml.XmlPayload.Read(payload.Data, limits);
        if (payload.Form == PayloadForm.Json) Json.JsonText.Check(payload.Data.Span, limits.MaxDepth - 2, limits.MaxNodes);
    }
}
