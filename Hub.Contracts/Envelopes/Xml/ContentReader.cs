using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Reads the envelope's elements that have attributes or content of their own.</summary>
internal sealed class ContentReader(CanonicalReader xml, EnvelopeLimits limits)
{
    private const int MaxAddress = 200;
    private const int MaxExtension = 2 * EnvelopeRules.MaxExtensionValue;

    internal Recipient ReadRecipient()
    {
        xml.OnlyAttributes("To", "role");
        var role = xml.Attribute("role") switch
        {
            null or "main" => RecipientRole.Main,
            "info" => RecipientRole.Info,
            var other => throw EnvelopeReader.Malformed("To role", other, "main or info"),
        };
        var text = xml.ReadText("To", MaxAddress);
        return RecipientAddress.TryParse(text, out var address)
            ? new Recipient(address, role)
            : throw EnvelopeReader.Malformed("To", text, "agency code, agency/system or group:name");
    }

    internal InReplyTo ReadInReplyTo()
    {
        xml.OnlyAttributes("InReplyTo", "key", "sha256");
        var key = xml.Required("InReplyTo", "key");
        var sha256 = xml.Required("InReplyTo", "sha256");
        if (xml.ReadText("InReplyTo", 0).Length > 0 || !MessageKey.TryParse(key, out var parsed))
            throw EnvelopeReader.Malformed("InReplyTo key", key, "64 lower-case hexadecimal digits");
        return new InReplyTo(parsed, sha256);
    }

    internal Payload ReadPayload()
    {
        xml.OnlyAttributes("Payload", "mediaType", "form", "encryption");
        var mediaType = xml.Required("Payload", "mediaType");
        var encryption = xml.Attribute("encryption") switch
        {
            null => PayloadEncryption.None,
            "jwe" => PayloadEncryption.Jwe,
            "xmlenc11" => PayloadEncryption.XmlEnc11,
            var other => throw ProblemCode.UnsupportedProfile.With($"The payload has the encryption {TextRules.Quote(other)}; this hub knows jwe and xmlenc11."),
        };
        var (form, data) = xml.Required("Payload", "form") switch
        {
            "xml" => (PayloadForm.Xml, ReadElement()),
            "json" => (PayloadForm.Json, xml.ReadUtf8("Payload")),
            "base64" => (PayloadForm.Bytes, xml.ReadBase64("Payload", limits.MaxBytes) ?? []),
            var other => throw EnvelopeReader.Malformed("Payload form", other, "xml, json or base64"),
        };
        return new Payload { Form = form, MediaType = mediaType, Data = data, Encryption = encryption };
    }

    internal Attachment ReadAttachment()
    {
        xml.OnlyAttributes("Attachment", "name", "mediaType", "size", "sha256", "inline");
        var name = xml.Required("Attachment", "name");
        var mediaType = xml.Required("Attachment", "mediaType");
        var size = EnvelopeReader.Number("Attachment size", xml.Required("Attachment", "size"));
        var sha256 = xml.Required("Attachment", "sha256");
        var inline = xml.Attribute("inline") switch
        {
            null => false,
            "true" => true,
            var other => throw EnvelopeReader.Malformed("Attachment inline", other, "true, or no such attribute"),
        };
        var bytes = xml.ReadBase64("Attachment", limits.MaxInlineBytes);
        return new Attachment
        {
            Name = name,
            MediaType = mediaType,
            Size = size,
            Sha256 = sha256,
            Inline = bytes is null && !inline ? default(ReadOnlyMemory<byte>?) : bytes ?? [],
        };
    }

    internal Extension ReadExtension()
    {
        xml.OnlyAttributes("Extension", "name", "mustUnderstand");
        var name = xml.Required("Extension", "name");
        var mustUnderstand = xml.Attribute("mustUnderstand") switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw EnvelopeReader.Malformed("Extension mustUnderstand", other, "true or false"),
        };
        return new Extension(name, xml.ReadText("Extension", MaxExtension), mustUnderstand);
    }

    private ReadOnlyMemory<byte> ReadElement()
    {
        if (!xml.NextChild("Payload")) throw ProblemCode.MalformedEnvelope.With("The payload of form xml is empty; it holds one element.");
        xml.CaptureElement(limits.MaxBytes);
        var depth = xml.Depth;
        RefuseSignature(xml.Start);
        while (xml.Next() is var part && (part != XmlPart.End || xml.Depth >= depth))
            if (part == XmlPart.Start) RefuseSignature(xml.Start);
        if (xml.NextChild("Payload")) throw ProblemCode.MalformedEnvelope.With("The payload of form xml has several elements; it holds one.");
        return xml.Captured;
    }

    internal static void RefuseSignature(ElementStart start)
    {
        if (start.Is(XmlNames.Signature, "Signature"))
            throw ProblemCode.UnsupportedProfile.With("A Signature stands inside the payload; the only one may be the last child of Envelope. Send signed content with form=\"base64\".");
    }
}
