using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Tests.Golden;

/// <summary>The models that the good samples of both encodings are written from, so that partners can compare them.</summary>
public static class GoldenModel
{
    public static readonly DateTimeOffset Created = new(2026, 3, 2, 2, 15, 0, 250, TimeSpan.Zero);

    /// <summary>The least an envelope can have.</summary>
    public static Envelope Minimal(string id) => new()
    {
        Id = id,
        Type = MessageType.Parse("vn.document.v1"),
        From = GoldenKeys.Alpha,
        To = [new Recipient(RecipientAddress.Parse("Z99"))],
        Created = Created,
    };

    /// <summary>Every field set, with Vietnamese in NFC and NFD, characters beyond the BMP, an empty and a large value.</summary>
    public static Envelope Full(string id, Payload payload) => Minimal(id) with
    {
        To =
        [
            new Recipient(RecipientAddress.Parse("Z99/qlvb")),
            new Recipient(RecipientAddress.Parse("000.12.03.Z99"), RecipientRole.Info),
            new Recipient(RecipientAddress.Parse("group:communes"), RecipientRole.Info),
        ],
        NotBefore = Created.AddMinutes(5),
        Expires = Created.AddDays(30),
        Priority = 2,
        Conversation = "0195-conv:7",
        Sequence = EnvelopeRules.MaxSequence,
        InReplyTo = new InReplyTo(MessageKey.Of(GoldenKeys.Beta, "q-1"), Hex(Encoding.UTF8.GetBytes("another envelope"))),
        Subject = "V/v hướng dẫn thực hiện <Nghị quyết> & \"Kế hoạch\" — NFD: e\u0302\u0301 — 𠀋 😀",
        Payload = payload,
        Attachments = [File("Công văn số 15.txt", "text/plain", "Kính gửi: Ủy ban nhân dân\n"), File("rỗng.bin", "application/octet-stream", ""), Uploaded("ban-do.tif", "image/tiff", 52_428_800)],
        Extensions = [new Extension("vn.example.trace", "dòng 1\n\tdòng 2"), new Extension("vn.example.empty", "")],
    };

    public static Payload Json(string text) => new() { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes(text) };

    public static Payload Xml(string text) => new() { Form = PayloadForm.Xml, MediaType = "application/xml", Data = Encoding.UTF8.GetBytes(text) };

    public static Payload Bytes(params byte[] data) => new() { Form = PayloadForm.Bytes, MediaType = "application/octet-stream", Data = data };

    public static Attachment File(string name, string mediaType, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return new Attachment { Name = name, MediaType = mediaType, Size = bytes.Length, Sha256 = Hex(bytes), Inline = bytes };
    }

    public static Attachment Uploaded(string name, string mediaType, long size) =>
        new() { Name = name, MediaType = mediaType, Size = size, Sha256 = Hex(Encoding.UTF8.GetBytes(name)) };

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
