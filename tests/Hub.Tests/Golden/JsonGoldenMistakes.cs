using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Tests.Golden;

/// <summary>Bad samples that are rightly signed by a registered key: what they say is the matter.</summary>
public static class JsonGoldenMistakes
{
    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) => [.. Texts(keys), .. Models(keys)];

    private static IEnumerable<GoldenSample> Texts(GoldenKeys keys)
    {
        var text = JwsForge.Text(GoldenModel.Minimal("json-bad"));
        var header = JwsForge.Header("ES256", "ec1");
        var signer = keys.Signer("ec1");
        GoldenSample Octets(string file, byte[] payload, string about) =>
            GoldenSample.Bad(file, JwsForge.Sign(header, payload, data => signer.Sign(data)), EnvelopeEncoding.Json, ProblemCode.MalformedEnvelope, about);
        GoldenSample Json(string file, string payload, string about) => Octets(file, Encoding.UTF8.GetBytes(payload), about);
        GoldenSample With(string file, string members, string about) => Json(file, $"{text[..^1]},{members}}}", about);
        yield return Octets("bad-utf16.jws", Encoding.Unicode.GetBytes(text), "UTF-16.");
        yield return Octets("bad-bom.jws", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)], "A byte order mark.");
        yield return Octets("bad-utf8-overlong.jws", Encoding.Latin1.GetBytes($"{text[..^1]},\"subject\":\"\u00C0\u00AF\"}}"), "Overlong UTF-8.");
        yield return Octets("bad-utf8-surrogate.jws", Encoding.Latin1.GetBytes($"{text[..^1]},\"subject\":\"\u00ED\u00A0\u0080\"}}"), "A surrogate encoded as UTF-8.");
        yield return With("bad-lone-surrogate.jws", "\"subject\":\"\\ud800\"", "A lone surrogate as an escape.");
        yield return With("bad-payload-lone-surrogate.jws", "\"payload\":{\"mediaType\":\"application/json\",\"json\":[\"\\udc00x\"]}", "A lone surrogate inside the JSON payload.");
        yield return With("bad-duplicate.jws", "\"id\":\"json-other\"", "A member twice.");
        yield return With("bad-duplicate-escaped.jws", "\"\\u0069d\":\"json-other\"", "A member twice, once with an escaped name.");
        yield return With("bad-payload-duplicate.jws", "\"payload\":{\"mediaType\":\"application/json\",\"json\":{\"a\":[{\"x\":1,\"x\":2}]}}", "A member twice inside the JSON payload.");
        yield return With("bad-unknown-member.jws", "\"urgency\":4", "An unknown member.");
        yield return With("bad-unknown-inner-member.jws", "\"inReplyTo\":{\"key\":\"" + new string('a', 64) + "\",\"sha256\":\"" + new string('a', 64) + "\",\"id\":\"1\"}", "An unknown member of an inner object.");
        yield return With("bad-null.jws", "\"subject\":null", "null instead of leaving out.");
        yield return With("bad-number-text.jws", "\"priority\":\"1\"", "A number written as a string.");
        yield return With("bad-number-fraction.jws", "\"priority\":1.0", "An integer with a fraction.");
        yield return With("bad-number-huge.jws", "\"priority\":4294967297", "An integer that overflows 32 bits to 1.");
        yield return With("bad-nesting.jws", "\"payload\":{\"mediaType\":\"application/json\",\"json\":" + new string('[', 2000) + new string(']', 2000) + "}", "Nesting of 2,000.");
        yield return With("bad-base64.jws", "\"payload\":{\"mediaType\":\"text/plain\",\"base64\":\"QU JD\"}", "Base64 with white space.");
        yield return With("bad-payload-two-forms.jws", "\"payload\":{\"mediaType\":\"text/plain\",\"base64\":\"QUJD\",\"xml\":\"<a></a>\"}", "A payload in two forms.");
        yield return With("bad-time.jws", "\"expires\":\"2026-03-03 00:00:00Z\"", "A time that is not RFC 3339.");
        yield return With("bad-time-digits.jws", "\"expires\":\"2026-03-03T00:00:00.1234Z\"", "Four fraction digits.");
        yield return Json("bad-trailing.jws", text + "{}", "Data after the end.");
        yield return Json("bad-cut-json.jws", text[..^1], "JSON that ends too early.");
        yield return Json("bad-comment.jws", text.Insert(1, "/* */"), "A comment.");
        yield return Json("bad-trailing-comma.jws", text.Insert(text.Length - 1, ","), "A comma before the end.");
        yield return GoldenSample.Bad(
            "bad-version.jws", JwsForge.Sign(header, text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal), signer),
            EnvelopeEncoding.Json, ProblemCode.UnsupportedProfile, "A version this hub does not know.");
    }

    private static IEnumerable<GoldenSample> Models(GoldenKeys keys)
    {
        var minimal = GoldenModel.Minimal("json-bad");
        GoldenSample Model(string file, Envelope model, string about, ProblemCode? expected = null) => GoldenSample.Bad(
            file, JwsForge.Sign(JwsForge.Header("ES256", "ec1"), JwsForge.Text(model), keys.Signer("ec1")), EnvelopeEncoding.Json, expected ?? ProblemCode.MalformedEnvelope, about);
        GoldenSample Named(string file, string name, string about) => Model(file, minimal with { Attachments = [GoldenModel.File(name, "text/plain", "x")] }, about);
        yield return Model("bad-id.jws", minimal with { Id = "../etc/passwd" }, "An id with a path.");
        yield return Model("bad-recipient-twice.jws", minimal with { To = [.. minimal.To, .. minimal.To] }, "A recipient twice.");
        yield return Model("bad-recipient-none.jws", minimal with { To = [] }, "No recipient.");
        yield return Model(
            "bad-recipients-many.jws", minimal with { To = [.. Enumerable.Range(0, 1001).Select(i => new Recipient(RecipientAddress.Parse($"group:g{i}")))] },
            "1,001 recipients.", ProblemCode.TooLarge);
        yield return Model("bad-expires.jws", minimal with { Expires = minimal.Created }, "It expires when it is created.");
        yield return Model("bad-not-before.jws", minimal with { Expires = minimal.Created.AddDays(1), NotBefore = minimal.Created.AddDays(2) }, "Not before later than expires.");
        yield return Model("bad-priority.jws", minimal with { Priority = 5 }, "A priority of 5.");
        yield return Model("bad-sequence.jws", minimal with { Sequence = 1 }, "A sequence without a conversation.");
        yield return Model("bad-subject-control.jws", minimal with { Subject = "a\u0000b" }, "A control character in the subject.");
        yield return Named("bad-name-path.jws", "../../etc/passwd", "An attachment name with a path.");
        yield return Named("bad-name-backslash.jws", "..\\boot.ini", "An attachment name with a backslash.");
        yield return Named("bad-name-device.jws", "NUL.txt", "The name of a device.");
        yield return Named("bad-name-bidi.jws", "vb\u202Efdp.exe", "A name that reads vbexe.pdf.");
        yield return Named("bad-name-dot.jws", "a.exe.", "A name ending in a dot.");
        yield return Named("bad-name-stream.jws", "a.txt:evil", "A name with an alternate data stream.");
        yield return Model(
            "bad-names-twice.jws", minimal with { Attachments = [GoldenModel.File("Đơn.pdf", "application/pdf", "x"), GoldenModel.File("đơn.PDF", "application/pdf", "y")] },
            "Attachment names that differ in case only.");
        yield return Model("bad-inline-digest.jws", minimal with { Attachments = [GoldenModel.File("a.txt", "text/plain", "x") with { Sha256 = new string('0', 64) }] }, "Inline bytes with another digest.", ProblemCode.DigestMismatch);
        yield return Model("bad-inline-size.jws", minimal with { Attachments = [GoldenModel.File("a.txt", "text/plain", "x") with { Size = 2 }] }, "Inline bytes of another size.");
        yield return Model("bad-media-type.jws", minimal with { Payload = GoldenModel.Json("{}") with { MediaType = "application/json; charset=utf-8" } }, "A media type with parameters.");
        yield return Model("bad-encryption-form.jws", minimal with { Payload = GoldenModel.Json("{}") with { Encryption = PayloadEncryption.Jwe } }, "JWE that is not bytes.");
        yield return Model("bad-extension-twice.jws", minimal with { Extensions = [new Extension("vn.a", "1"), new Extension("vn.a", "2")] }, "An extension twice.");
    }
}
