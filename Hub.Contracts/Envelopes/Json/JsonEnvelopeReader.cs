using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>Reads the envelope's JSON into the model. Shapes only; <see cref="EnvelopeRules"/> does the rest.</summary>
internal static class JsonEnvelopeReader
{
    internal static Envelope Read(ReadOnlyMemory<byte> text, EnvelopeLimits limits)
    {
        var cursor = new JsonCursor(text, ProblemCode.MalformedEnvelope, "envelope", limits.MaxDepth, limits.MaxNodes);
        var fields = new Fields();
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var name)) fields.Read(ref cursor, name, limits);
        cursor.End();
        return fields.ToEnvelope(cursor);
    }

    private sealed class Fields
    {
        private long? _version;
        private string? _id, _conversation, _subject;
        private MessageType? _type;
        private SystemAddress? _from;
        private List<Recipient>? _to;
        private DateTimeOffset? _created, _notBefore, _expires;
        private long? _priority, _sequence;
        private InReplyTo? _inReplyTo;
        private Payload? _payload;
        private List<Attachment> _attachments = [];
        private List<Extension> _extensions = [];

        internal void Read(ref JsonCursor cursor, string name, EnvelopeLimits limits)
        {
            switch (name)
            {
                case "version": _version = cursor.Integer(name); break;
                case "id": _id = cursor.Text(name); break;
                case "type": _type = Parsed<MessageType>(ref cursor, name, MessageType.TryParse); break;
                case "from": _from = Parsed<SystemAddress>(ref cursor, name, SystemAddress.TryParse); break;
                case "to": _to = List(ref cursor, name, limits.MaxRecipients, ReadRecipient); break;
                case "created": _created = cursor.Time(name); break;
                case "notBefore": _notBefore = cursor.Time(name); break;
                case "expires": _expires = cursor.Time(name); break;
                case "priority": _priority = cursor.Integer(name); break;
                case "conversation": _conversation = cursor.Text(name); break;
                case "sequence": _sequence = cursor.Integer(name); break;
                case "inReplyTo": _inReplyTo = ReadInReplyTo(ref cursor); break;
                case "subject": _subject = cursor.Text(name); break;
                case "payload": _payload = ReadPayload(ref cursor, limits); break;
                case "attachments": _attachments = List(ref cursor, name, limits.MaxAttachments, ReadAttachment); break;
                case "extensions": _extensions = List(ref cursor, name, limits.MaxExtensions, ReadExtension); break;
                default: throw cursor.Unknown(name, "the envelope");
            }
        }

        internal Envelope ToEnvelope(JsonCursor cursor)
        {
            if ((_version ?? throw cursor.Missing("version")) != 1)
                throw ProblemCode.UnsupportedProfile.With($"The envelope has version {_version}; this hub reads version 1.");
            if (_priority is < 0 or > 4) throw EnvelopeRules.Malformed("priority", $"is {_priority}", "0 to 4");
            return new Envelope
            {
                Id = _id ?? throw cursor.Missing("id"),
                Type = _type ?? throw cursor.Missing("type"),
                From = _from ?? throw cursor.Missing("from"),
                To = _to ?? throw cursor.Missing("to"),
                Created = _created ?? throw cursor.Missing("created"),
                NotBefore = _notBefore,
                Expires = _expires,
                Priority = (int)(_priority ?? 0),
                Conversation = _conversation,
                Sequence = _sequence,
                InReplyTo = _inReplyTo,
                Subject = _subject,
                Payload = _payload,
                Attachments = _attachments,
                Extensions = _extensions,
            };
        }
    }

    private delegate bool TryParse<T>(string text, out T value);

    private delegate T ReadOne<T>(ref JsonCursor cursor);

    private static T Parsed<T>(ref JsonCursor cursor, string field, TryParse<T> parse)
    {
        var text = cursor.Text(field);
        return parse(text, out var value) ? value : throw cursor.Fault($"has {TextRules.Quote(text)} in '{field}', which has not the shape; see the schema");
    }

    private static List<T> List<T>(ref JsonCursor cursor, string field, int limit, ReadOne<T> read)
    {
        cursor.BeginArray(field);
        List<T> list = [];
        while (cursor.NextEntry())
        {
            if (list.Count == limit) throw ProblemCode.TooLarge.With($"'{field}' has more than {limit} entries. Send several envelopes.");
            list.Add(read(ref cursor));
        }

        return list;
    }

    private static Recipient ReadRecipient(ref JsonCursor cursor)
    {
        RecipientAddress? address = null;
        var role = RecipientRole.Main;
        List<string> seen = [];
        cursor.BeginObject("to[]");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "address": address = Parsed<RecipientAddress>(ref cursor, "to[].address", RecipientAddress.TryParse); break;
                case "role": role = Words.Role(ref cursor); break;
                default: throw cursor.Unknown(name, "to[]");
            }
        }

        return new Recipient(address ?? throw cursor.Missing("to[].address"), role);
    }

    private static InReplyTo ReadInReplyTo(ref JsonCursor cursor)
    {
        MessageKey? key = null;
        string? sha256 = null;
        List<string> seen = [];
        cursor.BeginObject("inReplyTo");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "key": key = Parsed<MessageKey>(ref cursor, "inReplyTo.key", MessageKey.TryParse); break;
                case "sha256": sha256 = cursor.Text("inReplyTo.sha256"); break;
                default: throw cursor.Unknown(name, "inReplyTo");
            }
        }

        return new InReplyTo(key ?? throw cursor.Missing("inReplyTo.key"), sha256 ?? throw cursor.Missing("inReplyTo.sha256"));
    }

    private static Payload ReadPayload(ref JsonCursor cursor, EnvelopeLimits limits)
    {
        string? mediaType = null;
        var encryption = PayloadEncryption.None;
        PayloadForm? form = null;
        ReadOnlyMemory<byte> data = default;
        List<string> seen = [];
        cursor.BeginObject("payload");
        while (cursor.NextMember(seen, out var name))
        {
            if (name is "xml" or "json" or "base64" && form is not null)
                throw cursor.Fault("has several of 'xml', 'json' and 'base64' in 'payload'; write one");
            switch (name)
            {
                case "mediaType": mediaType = cursor.Text("payload.mediaType"); break;
                case "encryption": encryption = Words.Encryption(ref cursor); break;
                case "xml": (form, data) = (PayloadForm.Xml, Canonical(cursor.Text("payload.xml"), limits)); break;
                case "json": (form, data) = (PayloadForm.Json, cursor.RawValue()); break;
                case "base64": (form, data) = (PayloadForm.Bytes, cursor.Base64("payload.base64")); break;
                default: throw cursor.Unknown(name, "payload");
            }
        }

        return new Payload
        {
            MediaType = mediaType ?? throw cursor.Missing("payload.mediaType"),
            Form = form ?? throw cursor.Fault("has none of 'xml', 'json' and 'base64' in 'payload'"),
            Encryption = encryption,
            Data = data,
        };
    }

    /// <summary>The model holds the canonical form, whatever form the sender wrote.</summary>
    private static ReadOnlyMemory<byte> Canonical(string xml, EnvelopeLimits limits) => XmlPayload.Read(Encoding.UTF8.GetBytes(xml), limits).Canonical;

    private static Attachment ReadAttachment(ref JsonCursor cursor)
    {
        string? fileName = null, mediaType = null, sha256 = null;
        long? size = null;
        ReadOnlyMemory<byte>? inline = null;
        List<string> seen = [];
        cursor.BeginObject("attachments[]");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "name": fileName = cursor.Text("attachments[].name"); break;
                case "mediaType": mediaType = cursor.Text("attachments[].mediaType"); break;
                case "size": size = cursor.Integer("attachments[].size"); break;
                case "sha256": sha256 = cursor.Text("attachments[].sha256"); break;
                case "inline": inline = cursor.Base64("attachments[].inline"); break;
                default: throw cursor.Unknown(name, "attachments[]");
            }
        }

        return new Attachment
        {
            Name = fileName ?? throw cursor.Missing("attachments[].name"),
            MediaType = mediaType ?? throw cursor.Missing("attachments[].mediaType"),
            Size = size ?? throw cursor.Missing("attachments[].size"),
            Sha256 = sha256 ?? throw cursor.Missing("attachments[].sha256"),
            Inline = inline,
        };
    }

    private static Extension ReadExtension(ref JsonCursor cursor)
    {
        string? extension = null, value = null;
        var mustUnderstand = false;
        List<string> seen = [];
        cursor.BeginObject("extensions[]");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "name": extension = cursor.Text("extensions[].name"); break;
                case "value": value = cursor.Text("extensions[].value"); break;
                case "mustUnderstand": mustUnderstand = cursor.Boolean("extensions[].mustUnderstand"); break;
                default: throw cursor.Unknown(name, "extensions[]");
            }
        }

        return new Extension(extension ?? throw cursor.Missing("extensions[].name"), value ?? throw cursor.Missing("extensions[].value"), mustUnderstand);
    }

    private static class Words
    {
        internal static RecipientRole Role(ref JsonCursor cursor) => cursor.Text("to[].role") switch
        {
            "main" => RecipientRole.Main,
            "info" => RecipientRole.Info,
            var other => throw cursor.Fault($"has the role {TextRules.Quote(other)}; write main or info"),
        };

        internal static PayloadEncryption Encryption(ref JsonCursor cursor) => cursor.Text("payload.encryption") switch
        {
            "jwe" => PayloadEncryption.Jwe,
            "xmlenc11" => PayloadEncryption.XmlEnc11,
            var other => throw ProblemCode.UnsupportedProfile.With($"The payload has the encryption {TextRules.Quote(other)}; this hub knows jwe and xmlenc11."),
        };
    }
}
