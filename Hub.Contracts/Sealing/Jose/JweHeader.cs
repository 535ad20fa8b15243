using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing.Jose;

/// <summary>The header members of the profile; every other one is refused by name.</summary>
internal sealed record JweHeader
{
    internal const string RsaOaep = "RSA-OAEP-256";
    internal const string Ecdh = "ECDH-ES+A256KW";
    internal const string A256Gcm = "A256GCM";
    private const int MaxName = 200;

    internal string? Algorithm { get; init; }

    internal string? Encryption { get; init; }

    internal string? KeyId { get; init; }

    internal string? ContentType { get; init; }

    internal SealBinding? Binding { get; init; }

    internal (SealingCurve Curve, ECPoint Point)? Ephemeral { get; init; }

    /// <summary>The names that stand in it: no name may stand in two headers of one JWE (RFC 7516 §7.2.1).</summary>
    internal IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Reads a header that has the outermost place in its text.</summary>
    internal static JweHeader Read(ReadOnlyMemory<byte> json, SealingLimits limits)
    {
        var cursor = new JsonCursor(json, ProblemCode.MalformedEnvelope, "header of the JWE", maxDepth: 4, maxNodes: 100 + limits.MaxRecipients);
        cursor.Begin();
        var header = Members(ref cursor, limits);
        cursor.End();
        return header;
    }

    /// <summary>Reads the members of an object just entered.</summary>
    internal static JweHeader Members(ref JsonCursor cursor, SealingLimits limits)
    {
        var header = new JweHeader();
        string? issuer = null;
        List<SystemAddress>? audience = null;
        List<string> seen = [];
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "alg": header = header with { Algorithm = cursor.Text(name) }; break;
                case "enc": header = header with { Encryption = cursor.Text(name) }; break;
                case "kid": header = header with { KeyId = Name(ref cursor, name) }; break;
                case "cty": header = header with { ContentType = MediaType(ref cursor) }; break;
                case "epk": header = header with { Ephemeral = EphemeralKey(ref cursor) }; break;
                case "iss": issuer = cursor.Text(name); break;
                case "aud": audience = Audience(ref cursor, limits); break;
                case "typ":
                    if (cursor.Text(name) is not ("JOSE" or "JOSE+JSON") and var type) throw SealingFaults.Unsupported("typ", type, "JOSE, JOSE+JSON, or none");
                    break;
                default:
                    throw SealingFaults.Unsupported("header member", name, "alg, enc, kid, cty, epk, iss, aud and typ");
            }
        }

        if (issuer is null != audience is null) throw cursor.Fault("has only one of 'iss' and 'aud'; the two name sender and recipients together");
        return header with { Names = seen, Binding = issuer is null ? null : new SealBinding(Address(ref cursor, issuer), audience!) };
    }

    /// <summary>Writes a header; members that are null are left out.</summary>
    internal byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) WriteTo(json);
        return buffer.WrittenSpan.ToArray();
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Algorithm is not null) json.WriteString("alg", Algorithm);
        if (Encryption is not null) json.WriteString("enc", Encryption);
        if (KeyId is not null) json.WriteString("kid", KeyId);
        if (ContentType is not null) json.WriteString("cty", ContentType);
        if (Binding is not null)
        {
            json.WriteString("iss", Binding.From.ToString());
            json.WriteStartArray("aud");
            foreach (var system in Binding.To) json.WriteStringValue(system.ToString());
            json.WriteEndArray();
        }

        if (Ephemeral is { } key)
        {
            json.WriteStartObject("epk");
            json.WriteString("kty", "EC");
            json.WriteString("crv", key.Curve.Name);
            json.WriteString("x", Base64Url.EncodeToString(key.Point.X));
            json.WriteString("y", Base64Url.EncodeToString(key.Point.Y));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static (SealingCurve Curve, ECPoint Point) EphemeralKey(ref JsonCursor cursor)
    {
        string? kind = null, curveName = null, x = null, y = null;
        List<string> seen = [];
        cursor.BeginObject("epk");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "kty": kind = cursor.Text(name); break;
                case "crv": curveName = cursor.Text(name); break;
                case "x": x = cursor.Text(name); break;
                case "y": y = cursor.Text(name); break;
                default: throw SealingFaults.Unsupported("member of 'epk'", name, "kty, crv, x and y");
            }
        }

        if (kind != "EC") throw SealingFaults.Unsupported("kty of 'epk'", kind, "EC");
        var curve = SealingCurve.Named(curveName ?? "") ?? throw SealingFaults.Unsupported("crv of 'epk'", curveName, "P-256 and P-384");
        if (!StrictBase64.TryDecodeUrl(Encoding.UTF8.GetBytes(x ?? ""), out var left) || !StrictBase64.TryDecodeUrl(Encoding.UTF8.GetBytes(y ?? ""), out var right))
            throw SealingFaults.Malformed("has an 'epk' whose x and y are not base64url");
        var point = new ECPoint { X = left, Y = right };
        if (!curve.TryImport(point, out var key)) throw SealingFaults.Malformed($"has an 'epk' that is no point of {curve.Name}");
        key.Dispose();
        return (curve, point);
    }

    private static List<SystemAddress> Audience(ref JsonCursor cursor, SealingLimits limits)
    {
        if (cursor.IsText) return [Address(ref cursor, cursor.Text("aud"))];
        List<SystemAddress> systems = [];
        cursor.BeginArray("aud");
        while (cursor.NextEntry())
        {
            if (systems.Count == limits.MaxRecipients) throw ProblemCode.TooLarge.With($"The 'aud' of the sealed content names more than {limits.MaxRecipients} systems, the limit.");
            systems.Add(Address(ref cursor, cursor.Text("aud")));
        }

        return systems;
    }

    private static SystemAddress Address(ref JsonCursor cursor, string text) =>
        SystemAddress.TryParse(text, out var system) ? system : throw cursor.Fault($"has {TextRules.Quote(text)} in 'iss' or 'aud', where a system address such as H29.12/qlvb stands");

    private static string Name(ref JsonCursor cursor, string member)
    {
        var text = cursor.Text(member);
        return text.Length is > 0 and <= MaxName && TextRules.FaultInLine(text) is null ? text : throw cursor.Fault($"has a '{member}' that is empty, longer than {MaxName} characters, or no plain text");
    }

    /// <summary>RFC 7515 §4.1.10: a type without a slash lacks <c>application/</c>.</summary>
    private static string MediaType(ref JsonCursor cursor)
    {
        var text = cursor.Text("cty");
        var whole = text.Contains('/') ? text : $"application/{text}";
        return EnvelopeRules.IsMediaType(whole) ? whole : throw cursor.Fault($"has {TextRules.Quote(text)} in 'cty', where a media type without parameters stands");
    }
}
