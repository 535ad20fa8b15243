using System.Globalization;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Builds the model from the very parts that go into the hash. Every element has one place.</summary>
internal sealed class EnvelopeReader
{
    private const int MaxField = 1_000;

    private static readonly string[] Order =
    [
        "Id", "Type", "From", "To", "Created", "NotBefore", "Expires", "Priority", "Conversation", "Sequence", "InReplyTo",
        "Subject", "Payload", "Attachment", "Extension",
    ];

    private readonly CanonicalReader _xml;
    private readonly EnvelopeLimits _limits;
    private readonly ContentReader _content;
    private readonly List<Recipient> _to = [];
    private readonly List<Attachment> _attachments = [];
    private readonly List<Extension> _extensions = [];
    private string? _id, _conversation, _subject;
    private MessageType? _type;
    private SystemAddress? _from;
    private DateTimeOffset? _created, _notBefore, _expires;
    private int _priority;
    private long? _sequence;
    private InReplyTo? _inReplyTo;
    private Payload? _payload;
    private SignatureParts? _signature;

    private EnvelopeReader(CanonicalReader xml, EnvelopeLimits limits)
    {
        _xml = xml;
        _limits = limits;
        _content = new ContentReader(xml, limits);
    }

    internal static ParsedDocument Read(ReadOnlyMemory<byte> octets, EnvelopeLimits limits)
    {
        using var sink = new OctetSink(HashAlgorithmName.SHA256);
        using var xml = new CanonicalReader(octets, sink, new CanonicalWriter(sink, CanonicalForm.Inclusive, []), limits);
        var reader = new EnvelopeReader(xml, limits);
        reader.ReadRoot();
        return new ParsedDocument(reader.Build(), reader._signature, sink.HashValue(), xml.Uncovered);
    }

    private void ReadRoot()
    {
        if (_xml.Next() != XmlPart.Start || !_xml.Start.Is(XmlNames.Envelope, "Envelope"))
            throw ProblemCode.MalformedEnvelope.With($"The document's element is {TextRules.Quote(_xml.Start.Name)}, not Envelope of {XmlNames.Envelope}.");
        _xml.OnlyAttributes("Envelope");
        var last = -1;
        while (_xml.NextChild("Envelope"))
        {
            if (_xml.Start.Is(XmlNames.Signature, "Signature"))
            {
                if (_signature is not null) throw ProblemCode.UnsupportedProfile.With("The document has several Signature elements; the profile has exactly one.");
                _signature = new SignatureReader(_xml, _limits).Read();
                continue;
            }

            var name = _xml.Start.LocalName;
            var place = _xml.Start.NamespaceUri == XmlNames.Envelope ? Array.IndexOf(Order, name) : -1;
            if (place < 0) throw ProblemCode.MalformedEnvelope.With($"The envelope has the unknown element {TextRules.Quote(_xml.Start.Name)}. New fields are extensions.");
            if (_signature is not null) throw ProblemCode.UnsupportedProfile.With($"The Signature stands before '{name}'; it must be the last child of Envelope.");
            if (place < last || (place == last && name is not ("To" or "Attachment" or "Extension")))
                throw ProblemCode.MalformedEnvelope.With($"'{name}' stands twice or out of order. The order is {string.Join(", ", Order)}.");
            last = place;
            ReadField(name);
        }

        while (_xml.Next() != XmlPart.Finished)
        {
        }
    }

    private void ReadField(string name)
    {
        switch (name)
        {
            case "To": AddBelow(_to, _content.ReadRecipient, _limits.MaxRecipients, "recipients"); return;
            case "InReplyTo": _inReplyTo = _content.ReadInReplyTo(); return;
            case "Payload": _payload = _content.ReadPayload(); return;
            case "Attachment": AddBelow(_attachments, _content.ReadAttachment, _limits.MaxAttachments, "attachments"); return;
            case "Extension": AddBelow(_extensions, _content.ReadExtension, _limits.MaxExtensions, "extensions"); return;
        }

        _xml.OnlyAttributes(name);
        var text = _xml.ReadText(name, MaxField);
        switch (name)
        {
            case "Id": _id = text; break;
            case "Type": _type = MessageType.TryParse(text, out var type) ? type : throw Malformed(name, text, "a message type such as vn.document.v1"); break;
            case "From": _from = SystemAddress.TryParse(text, out var from) ? from : throw Malformed(name, text, "a system address such as H29.12/qlvb"); break;
            case "Created": _created = Time(name, text); break;
            case "NotBefore": _notBefore = Time(name, text); break;
            case "Expires": _expires = Time(name, text); break;
            case "Priority": _priority = (int)Math.Min(Number(name, text), int.MaxValue); break;
            case "Conversation": _conversation = text; break;
            case "Sequence": _sequence = Number(name, text); break;
            default: _subject = text; break;
        }
    }

    private Envelope Build() => new()
    {
        Id = _id ?? throw Missing("Id"),
        Type = _type ?? throw Missing("Type"),
        From = _from ?? throw Missing("From"),
        To = _to.Count > 0 ? _to : throw Missing("To"),
        Created = _created ?? throw Missing("Created"),
        NotBefore = _notBefore,
        Expires = _expires,
        Priority = _priority,
        Conversation = _conversation,
        Sequence = _sequence,
        InReplyTo = _inReplyTo,
        Subject = _subject,
        Payload = _payload,
        Attachments = _attachments,
        Extensions = _extensions,
    };

    private static void AddBelow<T>(List<T> list, Func<T> read, int limit, string what)
    {
        if (list.Count == limit) throw ProblemCode.TooLarge.With($"The envelope has more than {limit} {what}, the limit. Send several envelopes.");
        list.Add(read());
    }

    private static DateTimeOffset Time(string name, string text) => Rfc3339.TryParse(text, out var time)
        ? time
        : throw Malformed(name, text, "an RFC 3339 time with at most three fraction digits");

    internal static long Number(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (text[0] != '0' || text.Length == 1)
            ? number
            : throw Malformed(name, text, "a whole number without sign and leading zeros");

    internal static ProblemException Malformed(string name, string text, string rule) =>
        ProblemCode.MalformedEnvelope.With($"'{name}' is {TextRules.Quote(text)}; allowed: {rule}.");

    private static ProblemException Missing(string name) => ProblemCode.MalformedEnvelope.With($"The envelope has no '{name}'.");
}
