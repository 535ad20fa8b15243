using System.Text.Json;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing;

/// <summary>A file as it was before it was sealed.</summary>
/// <param name="Name">Its name; a plain file name, but a stranger's: make it safe before it becomes a path.</param>
/// <param name="Content">What the seal held.</param>
public sealed record OpenedAttachment(string Name, OpenedContent Content);

/// <summary>Attachments sealed as JWE, media type <c>application/jose</c> or <c>application/jose+json</c>.</summary>
/// <remarks>The attachment's name, its size (roughly) and the time stay readable. Where the name itself is telling, seal it
/// too: the attachment then gets a neutral name, and the seal holds <c>application/vnd.hub.file</c>: one line of JSON with
/// <c>mediaType</c> and <c>name</c>, a line feed, and the file's bytes.</remarks>
public static class SealedAttachment
{
    /// <summary>Media type of a file that carries its own name.</summary>
    public const string NamedFileMediaType = "application/vnd.hub.file";

    private const string Suffix = ".jwe";
    private const int MaxLine = 4096;

    /// <summary>Whether an attachment looks sealed, by its media type.</summary>
    public static bool IsSealed(Attachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        return attachment.MediaType is Jwe.CompactMediaType or Jwe.GeneralMediaType;
    }

    /// <summary>The name of the sealed attachment: the file's with <c>.jwe</c>, or a neutral one.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="neutral">A number for a neutral name (<c>attachment-1.jwe</c>); null keeps the file's.</param>
    public static string NameOf(string name, int? neutral = null) =>
        neutral is { } number ? $"attachment-{number}{Suffix}" : $"{name}{Suffix}";

    /// <summary>Seals a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="content">Its bytes, at most 128 MiB.</param>
    /// <param name="recipients">A key of every system that is to read it.</param>
    /// <param name="binding">Who seals for whom.</param>
    /// <param name="sealName">Whether the name is sealed with the content.</param>
    /// <returns>The JWE: the attachment's bytes.</returns>
    /// <exception cref="ProblemException"><c>too-large</c>, or <c>malformed-envelope</c> for a name no file should have.</exception>
    public static byte[] Seal(
        string name, string mediaType, ReadOnlyMemory<byte> content, IReadOnlyList<SealingKey> recipients, SealBinding? binding = null, bool sealName = false)
    {
        if (AttachmentNames.Fault(name) is { } fault) throw EnvelopeRules.Malformed("attachment.name", $"{TextRules.Quote(name)} {fault}", "a plain file name");
        SealingFaults.CheckSize(content.Length, SealingLimits.Default);
        if (!sealName) return Jwe.Seal(content, mediaType, recipients, binding);
        var line = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["mediaType"] = mediaType, ["name"] = name });
        return Jwe.Seal((byte[])[.. line, (byte)'\n', .. content.Span], NamedFileMediaType, recipients, binding);
    }

    /// <summary>Opens a sealed attachment.</summary>
    /// <param name="attachmentName">The attachment's name.</param>
    /// <param name="sealedContent">Its bytes.</param>
    /// <param name="keys">The recipient's keys.</param>
    /// <exception cref="ProblemException">See <see cref="Jwe.Open"/>.</exception>
    public static OpenedAttachment Open(string attachmentName, ReadOnlyMemory<byte> sealedContent, IReadOnlyList<UnsealingKey> keys)
    {
        ArgumentNullException.ThrowIfNull(attachmentName);
        var opened = Jwe.Open(sealedContent, keys);
        if (opened.MediaType != NamedFileMediaType)
            return new OpenedAttachment(attachmentName.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && attachmentName.Length > Suffix.Length ? attachmentName[..^Suffix.Length] : attachmentName, opened);
        var end = opened.Data.Span.IndexOf((byte)'\n');
        if (end is < 0 or > MaxLine) throw SealingFaults.Malformed($"is {NamedFileMediaType}, but has no first line of at most {MaxLine} bytes");
        var cursor = new JsonCursor(opened.Data[..end], ProblemCode.MalformedEnvelope, "first line of the sealed file", maxDepth: 2, maxNodes: 10);
        string? name = null, mediaType = null;
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var member))
        {
            switch (member)
            {
                case "name": name = cursor.Text(member); break;
                case "mediaType": mediaType = cursor.Text(member); break;
                default: throw cursor.Unknown(member, "it");
            }
        }

        cursor.End();
        if (AttachmentNames.Fault(name) is { } fault) throw SealingFaults.Malformed($"is a file whose name {TextRules.Quote(name)} {fault}");
        if (!EnvelopeRules.IsMediaType(mediaType)) throw SealingFaults.Malformed($"is a file of the media type {TextRules.Quote(mediaType)}");
        return new OpenedAttachment(name!, opened with { Data = opened.Data[(end + 1)..], MediaType = mediaType });
    }

    /// <summary>Why the bytes of an attachment are no JWE within the profile, as far as can be seen without a key; null when they are.</summary>
    public static string? Fault(ReadOnlyMemory<byte> content) => SealingFaults.Of(() => Jose.JweReader.Read(content, SealingLimits.Default));
}
