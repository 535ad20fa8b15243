using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Apps.Archive;

/// <summary>One file of the archive, kept as JSON in the app's state.</summary>
/// <param name="DocumentId">The document's own key.</param>
/// <param name="Number">Số.</param>
/// <param name="Notation">Ký hiệu.</param>
/// <param name="Subject">Trích yếu.</param>
/// <param name="Issuer">Code of the issuing agency.</param>
/// <param name="Issued">Date of promulgation.</param>
/// <param name="Sender">The sending system.</param>
/// <param name="Message">Message key.</param>
/// <param name="Sha256">SHA-256 of the envelope's exact bytes.</param>
/// <param name="Filed">When it was filed.</param>
/// <param name="Attachments">Its files.</param>
/// <param name="DuplicateOf">Key of the message that brought the same document before, if one did.</param>
public sealed record ArchiveRecord(
    string DocumentId, string Number, string Notation, string Subject, string Issuer, DateOnly Issued, string Sender, string Message, string Sha256,
    DateTimeOffset Filed, IReadOnlyList<ArchivedAttachment> Attachments, string? DuplicateOf)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    internal static ArchiveRecord Of(OfficialDocument document, Envelope envelope, MessageRecord message, DateTimeOffset filed, string? duplicateOf) => new(
        document.DocumentId, document.Number, document.Notation, document.Subject, document.Issuer, document.Issued, message.From.ToString(),
        message.Key.Value, message.Sha256, filed, [.. envelope.Attachments.Select(a => new ArchivedAttachment(a.Name, a.MediaType, a.Size, a.Sha256))], duplicateOf);

    /// <summary>Reads a record from the app's state.</summary>
    /// <exception cref="JsonException">Not a record.</exception>
    public static ArchiveRecord Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<ArchiveRecord>(json, Json) ?? throw new JsonException("The record is null.");

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>A file that came with a document.</summary>
/// <param name="Name">File name.</param>
/// <param name="MediaType">Media type.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
public sealed record ArchivedAttachment(string Name, string MediaType, long Size, string Sha256);
