using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Envelopes;

/// <summary>Valid envelopes with nasty content: Vietnamese in NFC and NFD, characters beyond the BMP, empty values, markup
/// inside text, every form of payload.</summary>
public static class EnvelopeGenerators
{
    private static readonly string[] Words =
    [
        "", " ", "  ", "Ủy ban nhân dân", "U\u0309y ban nha\u0302n da\u0302n", "𠀋", "😀👩‍🚒", "]]>", "&amp;", "<!-- x -->", "<?pi?>", "\"'", "\\u0041",
        "\u00A0", "\u2028", "\uFFFD", "\uD7FF\uE000", "{\"a\":1}", "%00", "a", "Z", "\u202E", "\u0301", "\U0010FFFF", "/../",
    ];

    private static readonly DateTimeOffset Epoch = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Envelopes from Z98/alpha, valid by every rule.</summary>
    public static Arbitrary<Envelope> Envelopes { get; } = Arb.From(Envelope());

    /// <summary>One line of text.</summary>
    public static Gen<string> Line { get; } = Text(Words);

    /// <summary>Text with tabs and line feeds.</summary>
    public static Gen<string> Lines { get; } = Text([.. Words, "\t", "\n", "\n\n"]);

    /// <summary>An XML element in canonical form that stands alone.</summary>
    public static Gen<string> Xml { get; } =
        from defaultNamespace in Gen.Elements("", "", "urn:a", "urn:hub:envelope:1", "http://www.w3.org/2000/svg")
        from prefixed in Gen.Elements(true, false)
        from root in Element(3, prefixed, $"{(defaultNamespace.Length > 0 ? $" xmlns=\"{defaultNamespace}\"" : "")}{(prefixed ? " xmlns:p=\"urn:p&amp;q\"" : "")}")
        select root;

    /// <summary>The text of one JSON value.</summary>
    public static Gen<string> Json { get; } = Value(3);

    private static Gen<Envelope> Envelope() =>
        from id in Id()
        from to in Gen.NonEmptyListOf(Recipient())
        from created in Milliseconds()
        from window in Gen.Choose(0, 3)
        from priority in Gen.Choose(0, 4)
        from conversation in Id()
        from order in Gen.Choose(0, 2)
        from sequence in Gen.Elements(0L, 1, EnvelopeRules.MaxSequence)
        from reply in Gen.Elements(true, false)
        from subject in Maybe(Line)
        from payload in Payload()
        from attachments in Attachments()
        from extensions in Extensions()
        select new Envelope
        {
            Id = id,
            Type = MessageType.Parse("vn.document.v1"),
            From = GoldenKeys.Alpha,
            To = [.. to.DistinctBy(r => r.Address)],
            Created = created,
            NotBefore = (window & 1) != 0 ? created.AddMilliseconds(1) : null,
            Expires = (window & 2) != 0 ? created.AddDays(1) : null,
            Priority = priority,
            Conversation = order > 0 ? conversation : null,
            Sequence = order > 1 ? sequence : null,
            InReplyTo = reply ? new InReplyTo(MessageKey.Of(GoldenKeys.Beta, id), Hex(Encoding.UTF8.GetBytes(id))) : null,
            Subject = subject,
            Payload = payload,
            Attachments = attachments,
            Extensions = extensions,
        };

    private static Gen<string> Id() =>
        from first in Gen.Elements("aZ09".ToCharArray())
        from rest in Gen.ListOf(Gen.Elements("aZ09._:-".ToCharArray()))
        select new string([first, .. rest.Take(63)]);

    private static Gen<Recipient> Recipient() =>
        from address in Gen.Elements("Z99", "Z99.01", "H29.12.03", "000.12.03.H29", "Z99/qlvb", "0123456789", "0123456789-001/erp", "group:communes", "group:a._-z")
        from role in Gen.Elements(RecipientRole.Main, RecipientRole.Info)
        select new Recipient(RecipientAddress.Parse(address), role);

    private static Gen<DateTimeOffset> Milliseconds() =>
        from days in Gen.Choose(-20_000, 20_000)
        from milliseconds in Gen.Elements(0, 1, 10, 100, 250, 999, 86_399_999)
        from hours in Gen.Elements(0, 7, -3)
        select Epoch.AddDays(days).AddMilliseconds(milliseconds).ToOffset(TimeSpan.FromHours(hours));

    private static Gen<Payload?> Payload() => Gen.OneOf(
        Gen.Constant<Payload?>(null),
        Xml.Select(xml => (Payload?)GoldenModel.Xml(xml)),
        Xml.Select(xml => (Payload?)(GoldenModel.Xml(xml) with { Encryption = PayloadEncryption.XmlEnc11 })),
        Json.Select(json => (Payload?)GoldenModel.Json(json)),
        Bytes().Select(bytes => (Payload?)GoldenModel.Bytes(bytes)),
        Bytes().Select(bytes => (Payload?)(GoldenModel.Bytes(bytes) with { Encryption = PayloadEncryption.Jwe })));

    private static Gen<byte[]> Bytes() => Gen.ListOf(Gen.Choose(0, 255).Select(i => (byte)i)).Select(list => list.ToArray());

    private static Gen<IReadOnlyList<Attachment>> Attachments() =>
        from count in Gen.Choose(0, 3)
        from names in Gen.ListOf(Gen.Elements("Đơn", "Đo\u031Bn", "𠀋", ".ẩn", "a b", "a;b", "%2e%2e", "x&y", "c'd", "tệp.tar"), count)
        from contents in Gen.ListOf(Bytes(), count)
        from uploaded in Gen.ListOf(Gen.Elements(true, false), count)
        select (IReadOnlyList<Attachment>)
        [
            .. names.Select((name, i) => new Attachment
            {
                Name = $"{name}{i}.pdf",
                MediaType = "application/vnd.oasis.opendocument.text+x",
                Size = uploaded[i] ? EnvelopeRules.MaxAttachmentSize : contents[i].Length,
                Sha256 = Hex(contents[i]),
                Inline = uploaded[i] ? (ReadOnlyMemory<byte>?)null : contents[i],
            }),
        ];

    private static Gen<IReadOnlyList<Extension>> Extensions() =>
        from values in Gen.ListOf(Lines)
        from must in Gen.Elements(true, false)
        select (IReadOnlyList<Extension>)[.. values.Take(5).Select((value, i) => new Extension($"vn.x-{i}.y", value, must))];

    private static Gen<string> Element(int depth, bool prefixed, string declarations) =>
        from name in Gen.Elements("a", "Văn-bản", "x.y", "_")
        from prefix in Gen.Elements("", prefixed ? "p:" : "")
        from plain in Maybe(Lines)
        from language in Maybe(Gen.Elements("", "vi"))
        from foreign in Maybe(Lines)
        from content in Gen.ListOf(depth == 0 ? Lines.Select(EscapedText) : Gen.OneOf(Lines.Select(EscapedText), Element(depth - 1, prefixed, "")), 3)
        let attributes = $"{Attribute("b", plain)}{Attribute("xml:lang", language)}{(prefixed ? Attribute("p:b", foreign) : "")}"
        select $"<{prefix}{name}{declarations}{attributes}>{string.Concat(content)}</{prefix}{name}>";

    private static string Attribute(string name, string? value) => value is null ? "" : $" {name}=\"{EscapedAttribute(value)}\"";

    private static string EscapedText(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\t", "&#xD;", StringComparison.Ordinal);

    private static string EscapedAttribute(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("\t", "&#x9;", StringComparison.Ordinal).Replace("\n", "&#xA;", StringComparison.Ordinal);

    private static Gen<string> Value(int depth)
    {
        var simple = Gen.OneOf(
            Gen.Elements("null", "true", "-0", "0.10", "1e400", "1E+2", "123456789012345678901234567890", "\"\\u0000\\/\\ud83d\\ude00\"", "\"\u007f\"", "[]", "{}"),
            Lines.Select(text => System.Text.Json.JsonSerializer.Serialize(text)),
            Line.Select(text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        if (depth == 0) return simple;
        var inner = Gen.ListOf(Value(depth - 1), 2);
        return Gen.OneOf(
            simple,
            inner.Select(list => $"[ {string.Join(",\n", list)}\t]"),
            inner.Select(list => $"{{{string.Join(" , ", list.Select((value, i) => $"\"số {i}\" :\r\n{value}"))} }}"));
    }

    private static Gen<string> Text(string[] words) => Gen.ListOf(Gen.Elements(words)).Select(parts => string.Concat(parts.Take(12)));

    private static Gen<string?> Maybe(Gen<string> some) => Gen.OneOf(Gen.Constant<string?>(null), some.Select(text => (string?)text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
