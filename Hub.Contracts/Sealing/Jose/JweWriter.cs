using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hub.Contracts.Sealing.Jose;

/// <summary>Writes JWE: compact for one recipient, general JSON for several.</summary>
internal static class JweWriter
{
    /// <summary>OtherInfo of the agreement; <c>apu</c> and <c>apv</c> are not used.</summary>
    internal static readonly byte[] OtherInfo = ConcatKdf.JoseInfo(JweHeader.Ecdh, [], [], ContentCipher.KeyBytes * 8);

    internal static byte[] Compact(ReadOnlySpan<byte> content, JweHeader header, SealingKey recipient)
    {
        var contentKey = ContentCipher.NewKey();
        var wrapped = recipient.Wrap(contentKey, KeyWrapping.RsaOaepSha256, OtherInfo);
        var associated = Base64Url.EncodeToUtf8(Described(header, wrapped, recipient.Id).Write());
        var (nonce, ciphertext, tag) = ContentCipher.Encrypt(contentKey, content, associated);
        var text = new ArrayBufferWriter<byte>(Base64Url.GetEncodedLength(ciphertext.Length) + associated.Length + 1024);
        text.Write(associated);
        foreach (var part in (byte[][])[wrapped.Value, nonce, ciphertext, tag])
        {
            text.Write("."u8);
            text.Advance(Base64Url.EncodeToUtf8(part, text.GetSpan(Base64Url.GetEncodedLength(part.Length))));
        }

        return text.WrittenSpan.ToArray();
    }

    internal static byte[] General(ReadOnlySpan<byte> content, JweHeader header, IReadOnlyList<SealingKey> recipients)
    {
        var contentKey = ContentCipher.NewKey();
        var associated = Base64Url.EncodeToUtf8(header.Write());
        var (nonce, ciphertext, tag) = ContentCipher.Encrypt(contentKey, content, associated);
        var text = new ArrayBufferWriter<byte>(Base64Url.GetEncodedLength(ciphertext.Length) + (recipients.Count * 1024));
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("protected", associated);
            json.WriteStartArray("recipients");
            foreach (var recipient in recipients)
            {
                var wrapped = recipient.Wrap(contentKey, KeyWrapping.RsaOaepSha256, OtherInfo);
                json.WriteStartObject();
                json.WritePropertyName("header");
                Described(new JweHeader(), wrapped, recipient.Name.ToString()).WriteTo(json);
                WriteBytes(json, "encrypted_key", wrapped.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteBytes(json, "iv", nonce);
            WriteBytes(json, "ciphertext", ciphertext);
            WriteBytes(json, "tag", tag);
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    private static JweHeader Described(JweHeader header, WrappedKey wrapped, string keyId) => header with
    {
        Algorithm = wrapped.Wrapping == KeyWrapping.EcdhAes256 ? JweHeader.Ecdh : JweHeader.RsaOaep,
        KeyId = keyId,
        Ephemeral = wrapped.Agreement is { } agreement ? (agreement.Curve, agreement.Ephemeral) : null,
    };

    private static void WriteBytes(Utf8JsonWriter json, string name, byte[] bytes) => json.WriteString(name, Base64Url.EncodeToUtf8(bytes));
}
