using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>A document in canonical form that still lacks its signature.</summary>
/// <param name="Body">Its octets without the end tag of the envelope.</param>
/// <param name="Digest">SHA-256 of its octets, the end tag included.</param>
internal readonly record struct UnsignedDocument(ReadOnlyMemory<byte> Body, byte[] Digest);

/// <summary>Writes envelopes so that the octets are their own canonical form: attributes sorted, no white space, namespaces
/// declared where they are first used.</summary>
internal sealed class EnvelopeWriter
{
    internal const string EndTag = "</Envelope>";

    private readonly OctetSink _sink;

    private EnvelopeWriter(OctetSink sink) => _sink = sink;

    internal static UnsignedDocument Write(Envelope envelope, EnvelopeLimits limits)
    {
        using var sink = new OctetSink(HashAlgorithmName.SHA256);
        sink.StartCapture(limits.MaxBytes);
        new EnvelopeWriter(sink).WriteBody(envelope, limits);
        var body = sink.StopCapture();
        sink.Write(EndTag);
        return new UnsignedDocument(body, sink.HashValue());
    }

    private void WriteBody(Envelope envelope, EnvelopeLimits limits)
    {
        _sink.Write($"<Envelope xmlns=\"{XmlNames.Envelope}\">");
        Element("Id", envelope.Id);
        Element("Type", envelope.Type.Value);
        Element("From", envelope.From.ToString());
        foreach (var to in envelope.To)
            Element("To", to.Address.Value, ("role", to.Role == RecipientRole.Info ? "info" : null));
        Element("Created", Rfc3339.Format(envelope.Created));
        if (envelope.NotBefore is { } notBefore) Element("NotBefore", Rfc3339.Format(notBefore));
        if (envelope.Expires is { } expires) Element("Expires", Rfc3339.Format(expires));
        if (envelope.Priority != 0) Element("Priority", $"{envelope.Priority}");
        if (envelope.Conversation is not null) Element("Conversation", envelope.Conversation);
        if (envelope.Sequence is { } sequence) Element("Sequence", $"{sequence}");
        if (envelope.InReplyTo is { } reply) Element("InReplyTo", "", ("key", reply.Key.Value), ("sha256", reply.Sha256));
        if (envelope.Subject is not null) Element("Subject", envelope.Subject);
        if (envelope.Payload is not null) WritePayload(envelope.Payload, limits);
        foreach (var attachment in envelope.Attachments) WriteAttachment(attachment);
        foreach (var extension in envelope.Extensions)
            Element("Extension", extension.Value, ("mustUnderstand", extension.MustUnderstand ? "true" : null), ("name", extension.Name));
    }

    private void WritePayload(Payload payload, EnvelopeLimits limits)
    {
        var encryption = payload.Encryption switch
        {
            PayloadEncryption.Jwe => "jwe",
            PayloadEncryption.XmlEnc11 => "xmlenc11",
            _ => null,
        };
        var form = payload.Form switch
        {
            PayloadForm.Xml => "xml",
            PayloadForm.Json => "json",
            _ => "base64",
        };
        Start("Payload", ("encryption", encryption), ("form", form), ("mediaType", payload.MediaType));
        switch (payload.Form)
        {
            case PayloadForm.Xml: WriteElement(XmlPayload.Read(payload.Data, limits)); break;
            case PayloadForm.Json: _sink.WriteText(Encoding.UTF8.GetString(payload.Data.Span)); break;
            default: WriteBase64(payload.Data.Span); break;
        }

        End("Payload");
    }

    /// <summary>In place, an element without a default namespace must undo the envelope's, and one that has the same
    /// inherits it: canonical form repeats no declaration.</summary>
    private void WriteElement(XmlPayload payload)
    {
        var octets = payload.Canonical.Span;
        _sink.Write(octets[..payload.NameEnd]);
        var rest = octets[payload.NameEnd..];
        if (payload.DefaultNamespace.Length == 0) _sink.Write(" xmlns=\"\""u8);
        else if (payload.DefaultNamespace == XmlNames.Envelope) rest = rest[$" xmlns=\"{XmlNames.Envelope}\"".Length..];
        _sink.Write(rest);
    }

    private void WriteAttachment(Attachment attachment)
    {
        Start(
            "Attachment",
            ("inline", attachment.Inline is null ? null : "true"), ("mediaType", attachment.MediaType), ("name", attachment.Name),
            ("sha256", attachment.Sha256), ("size", $"{attachment.Size}"));
        if (attachment.Inline is { } inline) WriteBase64(inline.Span);
        End("Attachment");
    }

    private void WriteBase64(ReadOnlySpan<byte> bytes)
    {
        const int block = 3 * 1024;
        Span<byte> text = stackalloc byte[4 * 1024];
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, block)];
            Base64.EncodeToUtf8(part, text, out _, out var written);
            _sink.Write(text[..written]);
            bytes = bytes[part.Length..];
        }
    }

    private void Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        _sink.WriteText(text);
        End(name);
    }

    private void Start(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _sink.Write('<');
        _sink.Write(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is null) continue;
            _sink.Write(' ');
            _sink.Write(attribute);
            _sink.Write("=\""u8);
            _sink.WriteAttribute(value);
            _sink.Write('"');
        }

        _sink.Write('>');
    }

    private void End(string name)
    {
        _sink.Write("</"u8);
        _sink.Write(name);
        _sink.Write('>');
    }
}
