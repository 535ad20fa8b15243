using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>The protected header of the profile: <c>alg</c>, <c>typ</c>, and <c>kid</c> or <c>x5t#S256</c>; nothing else. What a key
/// says about itself needs no name of the key.</summary>
internal sealed record JwsHeader(SignatureAlgorithm Algorithm, KeyHint Key)
{
    internal const int MaxBytes = 4096;

    private const int MaxRemembered = 100;

    private static readonly ConcurrentDictionary<(SignatureAlgorithm Algorithm, string Type, string KeyId), byte[]> Remembered = new();

    internal static JwsHeader Read(ReadOnlyMemory<byte> json, string type, bool named = true)
    {
        var cursor = new JsonCursor(json, ProblemCode.MalformedEnvelope, "protected header", maxDepth: 8, maxNodes: 1000);
        string? alg = null, typ = null, kid = null, thumbprint = null;
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "alg": alg = cursor.Text(name); break;
                case "typ": typ = cursor.Text(name); break;
                case "kid": kid = cursor.Text(name); break;
                case "x5t#S256": thumbprint = cursor.Text(name); break;
                default:
                    throw ProblemCode.UnsupportedProfile.With(
                        $"The protected header has {TextRules.Quote(name)}; it may have exactly 'alg', 'typ', and 'kid' or 'x5t#S256'.");
            }
        }

        cursor.End();
        var algorithm = JoseAlgorithms.Parse(alg ?? throw cursor.Missing("alg"));
        if ((typ ?? throw cursor.Missing("typ")) != type)
            throw ProblemCode.UnsupportedProfile.With($"The protected header has the typ {TextRules.Quote(typ)}; here it must be '{type}'.");
        return new JwsHeader(algorithm, named || kid is not null || thumbprint is not null ? HintOf(kid, thumbprint) : default);
    }

    internal static byte[] Write(ISigner signer, string type, bool named = true)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("alg", JoseAlgorithms.NameOf(signer.Algorithm));
            json.WriteString("typ", type);
            if (named && signer.Certificate is { IsEmpty: false } certificate) json.WriteString("x5t#S256", Base64Url.EncodeToString(SHA256.HashData(certificate.Span)));
            else if (named) json.WriteString("kid", signer.KeyId);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The header in base64url. Those that name a key by its id are remembered: the hub signs with few keys, and often.</summary>
    internal static byte[] Encoded(ISigner signer, string type, bool named)
    {
        if (!named || signer.Certificate is { IsEmpty: false }) return Base64Url.EncodeToUtf8(Write(signer, type, named));
        var name = (signer.Algorithm, type, signer.KeyId);
        if (Remembered.TryGetValue(name, out var encoded)) return encoded;
        encoded = Base64Url.EncodeToUtf8(Write(signer, type, named));
        if (Remembered.Count < MaxRemembered) Remembered.TryAdd(name, encoded);
        return encoded;
    }

    private static KeyHint HintOf(string? kid, string? thumbprint)
    {
        if (kid is null == thumbprint is null) throw ProblemCode.MalformedEnvelope.With("The protected header must have exactly one of 'kid' and 'x5t#S256'.");
        if (kid is not null)
        {
            return kid.Length is > 0 and <= 200 && TextRules.FaultInLine(kid) is null
                ? new KeyHint(kid, null)
                : throw ProblemCode.MalformedEnvelope.With($"The 'kid' {TextRules.Quote(kid)} must have 1 to 200 characters and no controls.");
        }

        return StrictBase64.TryDecodeUrl(System.Text.Encoding.UTF8.GetBytes(thumbprint!), out var hash) && hash.Length == 32
            ? new KeyHint(null, hash)
            : throw ProblemCode.MalformedEnvelope.With("'x5t#S256' must be base64url of 32 bytes, unpadded.");
    }
}
