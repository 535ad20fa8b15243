using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>The samples of schemas/golden/json.</summary>
public static class JsonGoldenSamples
{
    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) => [.. Good(keys), .. JsonGoldenForgeries.Make(keys), .. JsonGoldenMistakes.Make(keys)];

    private static IEnumerable<GoldenSample> Good(GoldenKeys keys)
    {
        var json = GoldenModel.Json("""{"kính gửi":"Ủy ban nhân dân","n":1.50e+3,"rỗng":[{}, "", null]}""");
        yield return Written(keys, "good-minimal-es256.jws", "The least: id, type, from, to, created.", GoldenModel.Minimal("json-01"), "ec1", SignatureAlgorithm.Es256);
        yield return Written(keys, "good-full-es256.jws", "Every field, JSON payload.", GoldenModel.Full("json-02", json), "ec1", SignatureAlgorithm.Es256);
        yield return Written(keys, "good-full-ps256.jws", "Every field, RSASSA-PSS.", GoldenModel.Full("json-03", json), "rsa1", SignatureAlgorithm.Ps256);
        yield return Written(keys, "good-full-rs256.jws", "Every field, RSASSA-PKCS1-v1_5.", GoldenModel.Full("json-04", json), "rsa1", SignatureAlgorithm.Rs256);
        yield return Written(keys, "good-full-es384.jws", "Every field, ECDSA P-384.", GoldenModel.Full("json-05", json), "ec384", SignatureAlgorithm.Es384);
        yield return Written(keys, "good-x5t-es256.jws", "The key is named by its certificate: x5t#S256.", GoldenModel.Minimal("json-06"), "ec1", SignatureAlgorithm.Es256, byCertificate: true);
        yield return Written(keys, "good-x5t-ps256.jws", "The RSA key is named by its certificate.", GoldenModel.Minimal("json-07"), "rsa1", SignatureAlgorithm.Ps256, byCertificate: true);
        yield return Written(keys, "good-payload-bytes.jws", "Payload of all 256 byte values.", GoldenModel.Full("json-08", GoldenModel.Bytes([.. Enumerable.Range(0, 256).Select(i => (byte)i)])), "ec1", SignatureAlgorithm.Es256);
        yield return Written(keys, "good-payload-empty.jws", "Payload of no bytes.", GoldenModel.Full("json-09", GoldenModel.Bytes()), "ec1", SignatureAlgorithm.Es256);
        yield return Written(keys, "good-payload-xml.jws", "XML payload as text.", GoldenModel.Full("json-10", GoldenModel.Xml("<d:doc xmlns:d=\"urn:example:doc\" d:a=\"1\">Nội dung &amp; &lt;phụ lục&gt;&#xD;</d:doc>")), "ec1", SignatureAlgorithm.Es256);
        yield return Written(
            keys, "good-payload-jwe.jws", "Payload sealed for the recipient; the hub does not look inside.",
            GoldenModel.Full("json-11", GoldenModel.Bytes("eyJhbGciOiJFQ0RILUVTIn0....."u8.ToArray()) with { MediaType = "application/jose", Encryption = PayloadEncryption.Jwe }), "ec1", SignatureAlgorithm.Es256);
        var acknowledgement = new Acknowledgement(MessageKey.Of(GoldenKeys.Beta, "q-1"), new string('a', 64), AcknowledgementOutcome.Refused, "02", "Sai thẩm quyền", GoldenModel.Created);
        yield return Written(
            keys, "good-ack.jws", "An acknowledgement: hub.ack.v1.",
            GoldenModel.Minimal("json-12") with
            {
                Type = MessageType.Acknowledgement,
                To = [new Recipient(RecipientAddress.Parse("Z98/beta"))],
                InReplyTo = new InReplyTo(MessageKey.Of(GoldenKeys.Beta, "q-1"), new string('a', 64)),
                Payload = acknowledgement.ToPayload(),
            }, "ec1", SignatureAlgorithm.Es256);
        yield return Written(keys, "good-beta.jws", "From the other system.", GoldenModel.Minimal("json-13") with { From = GoldenKeys.Beta }, "rsa1b", SignatureAlgorithm.Ps256);
        yield return Handmade(keys, "good-any-order.jws", "Members in another order, white space, escapes, an offset other than UTC.", GoldenModel.Minimal("json-14") with { Subject = "é/\"𠀋\"" }, """
            { "subject" : "\u00e9\/\u0022\ud840\udc0b\u0022" , "created":"2026-03-02T09:15:00.25+07:00",
              "to":[ {"role":"main","address":"Z99"} ], "priority":0, "from":"Z98\/alpha",
              "type":"vn.document.v1", "id":"json-14", "version":1, "attachments":[], "extensions":[] }
            """);
        var deep = string.Concat(Enumerable.Repeat("[", 62)) + string.Concat(Enumerable.Repeat("]", 62));
        yield return Written(keys, "good-deepest.jws", "A JSON payload of the greatest nesting, 62.", GoldenModel.Minimal("json-15") with { Payload = GoldenModel.Json(deep) }, "ec1", SignatureAlgorithm.Es256);
    }

    private static GoldenSample Written(
        GoldenKeys keys, string file, string about, Envelope model, string keyId, SignatureAlgorithm algorithm, bool byCertificate = false)
    {
        var alg = algorithm.ToString().ToUpperInvariant();
        var header = byCertificate
            ? $$"""{"alg":"{{alg}}","typ":"hub+jws","x5t#S256":"{{System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(keys.Certificate(keyId)))}}"}"""
            : JwsForge.Header(alg, keyId);
        return GoldenSample.Good(file, JwsForge.Sign(header, JwsForge.Text(model), keys.Signer(keyId, algorithm)), EnvelopeEncoding.Json, about, model, keyId, algorithm);
    }

    private static GoldenSample Handmade(GoldenKeys keys, string file, string about, Envelope model, string text) =>
        GoldenSample.Good(file, JwsForge.Sign(JwsForge.Header("ES256", "ec1"), text, keys.Signer("ec1")), EnvelopeEncoding.Json, about, model, "ec1", SignatureAlgorithm.Es256);
}
