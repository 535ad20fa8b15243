using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes;

/// <summary>What a valid envelope is beyond its types. Pure; used by both codecs on the way in and out.</summary>
public static partial class EnvelopeRules
{
    /// <summary>Greatest <see cref="Envelope.Sequence"/>: 2^53 − 1, the greatest integer that every JSON reader keeps exactly.</summary>
    public const long MaxSequence = 9_007_199_254_740_991;

    /// <summary>Greatest <see cref="Attachment.Size"/>: 1 TiB.</summary>
    public const long MaxAttachmentSize = 1L << 40;

    /// <summary>Most characters in <see cref="Envelope.Subject"/>.</summary>
    public const int MaxSubject = 500;

    /// <summary>Most characters in <see cref="Extension.Value"/>.</summary>
    public const int MaxExtensionValue = 4_000;

    /// <summary>Checks every rule.</summary>
    /// <exception cref="ProblemException"><c>malformed-envelope</c>, <c>too-large</c> or (inline attachments)
    /// <c>digest-mismatch</c>, naming the field and the rule.</exception>
    public static void Check(Envelope envelope, EnvelopeLimits limits) => Check(envelope, limits, xmlIsRead: false);

    /// <summary>As <see cref="Check(Envelope, EnvelopeLimits)"/>; a reader that has parsed an XML payload does not do so twice.</summary>
    internal static void Check(Envelope envelope, EnvelopeLimits limits, bool xmlIsRead)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(limits);
        CheckNames(envelope);
        CheckRecipients(envelope.To, limits);
        CheckTimes(envelope);
        CheckCorrelation(envelope);
        if (envelope.Priority is < 0 or > 4) throw Malformed("priority", $"is {envelope.Priority}", "0 to 4");
        if (envelope.Subject is not null) CheckSubject(envelope.Subject);
        if (envelope.Payload is not null) PayloadRules.Check(envelope.Payload, limits, xmlIsRead);
        CheckAttachments(envelope.Attachments, limits);
        CheckExtensions(envelope.Extensions, limits);
    }

    /// <summary>Whether a text has the shape of an id or conversation: <c>[A-Za-z0-9][A-Za-z0-9._:-]{0,63}</c>.</summary>
    public static bool IsId(string? text) => text is not null && IdShape().IsMatch(text);

    /// <summary>Whether a text is a SHA-256 as written on the wire: 64 lower-case hexadecimal digits.</summary>
    public static bool IsSha256(string? text) => MessageKey.TryParse(text, out _);

    /// <summary>Whether a text is a media type without parameters, RFC 6838 §4.2, of at most 127 characters.</summary>
    public static bool IsMediaType(string? text) => text is { Length: <= 127 } && MediaTypeShape().IsMatch(text);

    /// <summary>Whether a text is safe as a file name on any system; the rule for <see cref="Attachment.Name"/>.</summary>
    public static bool IsFileName(string? text) => AttachmentNames.Fault(text) is null;

    internal static ProblemException Malformed(string field, string found, string rule) =>
        ProblemCode.MalformedEnvelope.With($"'{field}' {found}; allowed: {rule}.");

    private static void CheckNames(Envelope envelope)
    {
        if (!IsId(envelope.Id)) throw Malformed("id", $"is {TextRules.Quote(envelope.Id)}", "1 to 64 of A-Z a-z 0-9 . _ : -, beginning with a letter or digit");
        if (envelope.Type.Value is null) throw Malformed("type", "is not set", "a message type such as vn.document.v1");
        if (envelope.From.System is null) throw Malformed("from", "is not set", "a system address such as H29.12/qlvb");
    }

    private static void CheckRecipients(IReadOnlyList<Recipient> recipients, EnvelopeLimits limits)
    {
        if (recipients is null or { Count: 0 }) throw Malformed("to", "is empty", $"1 to {limits.MaxRecipients} recipients");
        if (recipients.Count > limits.MaxRecipients) throw TooMany("to", recipients.Count, limits.MaxRecipients);
        var seen = new HashSet<string>(recipients.Count, StringComparer.Ordinal);
        foreach (var recipient in recipients)
        {
            if (recipient?.Address.Value is null) throw Malformed("to", "has an empty address", "agency code, agency/system or group:name");
            if (!Enum.IsDefined(recipient.Role)) throw Malformed("to", $"has the role {(int)recipient.Role}", "main or info");
            if (!seen.Add(recipient.Address.Value)) throw Malformed("to", $"names {TextRules.Quote(recipient.Address.Value)} twice", "each address once");
        }
    }

    private static void CheckTimes(Envelope envelope)
    {
        if (envelope.Created == default) throw Malformed("created", "is not set", "an RFC 3339 time");
        foreach (var (field, time) in new[] { ("created", envelope.Created), ("notBefore", envelope.NotBefore ?? default), ("expires", envelope.Expires ?? default) })
            if (!Rfc3339.IsWhole(time)) throw Malformed(field, "has parts finer than a millisecond", "at most three fraction digits");
        if (envelope.Expires <= envelope.Created)
            throw Malformed("expires", $"is {Rfc3339.Format(envelope.Expires.Value)}", $"later than 'created', {Rfc3339.Format(envelope.Created)}");
        if (envelope.NotBefore >= envelope.Expires)
            throw Malformed("notBefore", $"is {Rfc3339.Format(envelope.NotBefore!.Value)}", $"earlier than 'expires', {Rfc3339.Format(envelope.Expires!.Value)}");
    }

    private static void CheckCorrelation(Envelope envelope)
    {
        if (envelope.Conversation is not null && !IsId(envelope.Conversation))
            throw Malformed("conversation", $"is {TextRules.Quote(envelope.Conversation)}", "the shape of 'id'");
        if (envelope.Sequence is { } sequence)
        {
            if (sequence is < 0 or > MaxSequence) throw Malformed("sequence", $"is {sequence}", $"0 to {MaxSequence}");
            if (envelope.Conversation is null) throw Malformed("sequence", "stands without 'conversation'", "only together with 'conversation'");
        }

        if (envelope.InReplyTo is not { } reply) return;
        if (reply.Key.Value is null) throw Malformed("inReplyTo.key", "is not set", "64 lower-case hexadecimal digits");
        if (!IsSha256(reply.Sha256)) throw Malformed("inReplyTo.sha256", $"is {TextRules.Quote(reply.Sha256)}", "64 lower-case hexadecimal digits");
    }

    private static void CheckSubject(string subject)
    {
        if (TextRules.Length(subject) > MaxSubject) throw Malformed("subject", $"has {TextRules.Length(subject)} characters", $"at most {MaxSubject}");
        if (TextRules.FaultInLine(subject) is { } fault) throw Malformed("subject", fault, "one line of text that XML 1.0 can hold");
    }

    private static void CheckAttachments(IReadOnlyList<Attachment> attachments, EnvelopeLimits limits)
    {
        if (attachments is null) throw Malformed("attachments", "is null", "a list, empty when there are none");
        if (attachments.Count > limits.MaxAttachments) throw TooMany("attachments", attachments.Count, limits.MaxAttachments);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var attachment in attachments)
        {
            if (attachment is null) throw Malformed("attachments", "has an empty entry", "an attachment");
            CheckAttachment(attachment, limits);
            if (!seen.Add(attachment.Name)) throw Malformed("attachments", $"has the name {TextRules.Quote(attachment.Name)} twice", "names that differ in more than case");
        }
    }

    private static void CheckAttachment(Attachment attachment, EnvelopeLimits limits)
    {
        var field = $"attachment {TextRules.Quote(attachment.Name)}";
        if (AttachmentNames.Fault(attachment.Name) is { } fault) throw Malformed("attachment.name", $"{TextRules.Quote(attachment.Name)} {fault}", "a plain file name of 1 to 255 characters");
        if (!IsMediaType(attachment.MediaType)) throw Malformed("attachment.mediaType", $"is {TextRules.Quote(attachment.MediaType)}", MediaTypeRule);
        if (!IsSha256(attachment.Sha256)) throw Malformed("attachment.sha256", $"is {TextRules.Quote(attachment.Sha256)}", "64 lower-case hexadecimal digits");
        if (attachment.Size is < 0 or > MaxAttachmentSize) throw Malformed("attachment.size", $"is {attachment.Size}", $"0 to {MaxAttachmentSize}");
        if (attachment.Inline is not { } inline) return;
        if (inline.Length > limits.MaxInlineBytes)
            throw ProblemCode.TooLarge.With($"The inline {field} has {inline.Length} bytes; the limit is {limits.MaxInlineBytes}. Upload it first and refer to its digest.");
        if (inline.Length != attachment.Size) throw Malformed("attachment.size", $"is {attachment.Size}, but the inline {field} has {inline.Length} bytes", "the size of the inline bytes");
        var digest = Convert.ToHexStringLower(SHA256.HashData(inline.Span));
        if (digest != attachment.Sha256)
            throw ProblemCode.DigestMismatch.With($"The inline {field} has the SHA-256 {digest}, not {attachment.Sha256} as stated. State the digest of the bytes sent.");
    }

    private static void CheckExtensions(IReadOnlyList<Extension> extensions, EnvelopeLimits limits)
    {
        if (extensions is null) throw Malformed("extensions", "is null", "a list, empty when there are none");
        if (extensions.Count > limits.MaxExtensions) throw TooMany("extensions", extensions.Count, limits.MaxExtensions);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var extension in extensions)
        {
            if (extension?.Name is not { Length: <= 100 } name || !ExtensionShape().IsMatch(name))
                throw Malformed("extension.name", $"is {TextRules.Quote(extension?.Name)}", "dotted lower-case words such as vn.ndop.trace, at most 100 characters");
            if (!seen.Add(name)) throw Malformed("extensions", $"has the name {TextRules.Quote(name)} twice", "each name once");
            if (extension.Value is null) throw Malformed($"extension {TextRules.Quote(name)}", "has no value", "a text, which may be empty");
            if (TextRules.Length(extension.Value) > MaxExtensionValue)
                throw Malformed($"extension {TextRules.Quote(name)}", $"has {TextRules.Length(extension.Value)} characters", $"at most {MaxExtensionValue}");
            if (TextRules.FaultInText(extension.Value) is { } fault) throw Malformed($"extension {TextRules.Quote(name)}", fault, "text that XML 1.0 can hold, with tab and line feed as its only controls");
        }
    }

    private static ProblemException TooMany(string field, int count, int limit) =>
        ProblemCode.TooLarge.With($"'{field}' has {count} entries; the limit is {limit}. Send several envelopes.");

    internal const string MediaTypeRule = "type/subtype without parameters (RFC 6838), at most 127 characters";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdShape();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex MediaTypeShape();

    [GeneratedRegex(@"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ExtensionShape();
}
