using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Tests.Golden;

/// <summary>Bad samples whose signature, key or header is the matter.</summary>
public static class JsonGoldenForgeries
{
    public static IEnumerable<GoldenSample> Make(GoldenKeys keys) => [.. Headers(keys), .. Signatures(keys), .. Keys(keys)];

    private static IEnumerable<GoldenSample> Headers(GoldenKeys keys)
    {
        var text = JwsForge.Text(GoldenModel.Minimal("json-bad"));
        var ec1 = keys.Signer("ec1");
        GoldenSample Signed(string file, string header, ProblemCode expected, string about) => Bad(file, JwsForge.Sign(header, text, ec1), expected, about);
        var foreign = ProblemCode.UnsupportedProfile;
        var none = JwsForge.SigningInput("""{"alg":"none","typ":"hub+jws","kid":"ec1"}""", Encoding.UTF8.GetBytes(text));
        yield return Bad("bad-alg-none.jws", Encoding.ASCII.GetBytes(none + "."), foreign, "alg none with an empty signature.");
        yield return Signed("bad-alg-none-signed.jws", """{"alg":"none","typ":"hub+jws","kid":"ec1"}""", foreign, "alg none although signed.");
        var publicPem = Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", keys.SubjectPublicKeyInfo("rsa1")));
        yield return Bad(
            "bad-alg-hs256.jws", JwsForge.Sign("""{"alg":"HS256","typ":"hub+jws","kid":"rsa1"}""", Encoding.UTF8.GetBytes(text), data => HMACSHA256.HashData(publicPem, data)),
            foreign, "HMAC with the public key's PEM as the secret.");
        yield return Signed("bad-alg-ps512.jws", """{"alg":"PS512","typ":"hub+jws","kid":"ec1"}""", foreign, "An algorithm outside the profile.");
        yield return Signed("bad-alg-case.jws", """{"alg":"es256","typ":"hub+jws","kid":"ec1"}""", foreign, "Algorithm names are case-sensitive.");
        yield return Signed("bad-typ.jws", """{"alg":"ES256","typ":"JWT","kid":"ec1"}""", foreign, "A token of another kind.");
        yield return Signed("bad-typ-missing.jws", """{"alg":"ES256","kid":"ec1"}""", ProblemCode.MalformedEnvelope, "No typ.");
        yield return Signed("bad-header-jwk.jws", """{"alg":"ES256","typ":"hub+jws","kid":"ec1","jwk":{"kty":"EC"}}""", foreign, "A key that travels with the message.");
        yield return Signed("bad-header-jku.jws", """{"alg":"ES256","typ":"hub+jws","kid":"ec1","jku":"https://keys.example/"}""", foreign, "An address to fetch a key from.");
        yield return Signed("bad-header-crit-b64.jws", """{"alg":"ES256","typ":"hub+jws","kid":"ec1","b64":false,"crit":["b64"]}""", foreign, "Unencoded payload, RFC 7797.");
        yield return Signed("bad-header-zip.jws", """{"alg":"ES256","typ":"hub+jws","kid":"ec1","zip":"DEF"}""", foreign, "Compression.");
        yield return Signed("bad-header-two-keys.jws", $$"""{"alg":"ES256","typ":"hub+jws","kid":"ec1","x5t#S256":"{{Base64Url.EncodeToString(SHA256.HashData(keys.Certificate("ec1")))}}"}""", ProblemCode.MalformedEnvelope, "Both kid and x5t#S256.");
        yield return Signed("bad-header-no-key.jws", """{"alg":"ES256","typ":"hub+jws"}""", ProblemCode.MalformedEnvelope, "Neither kid nor x5t#S256.");
        yield return Signed("bad-header-duplicate.jws", """{"alg":"none","alg":"ES256","typ":"hub+jws","kid":"ec1"}""", ProblemCode.MalformedEnvelope, "A header member twice.");
        yield return Bad("bad-json-serialisation.jws", Encoding.UTF8.GetBytes(Flattened(JwsForge.Sign(JwsForge.Header("ES256", "ec1"), text, ec1))), foreign, "JSON serialisation of JWS.");
        yield return Bad("bad-unsigned.jws", Encoding.UTF8.GetBytes(text), foreign, "The bare JSON.");
    }

    private static IEnumerable<GoldenSample> Signatures(GoldenKeys keys)
    {
        var text = JwsForge.Text(GoldenModel.Minimal("json-bad"));
        var good = Encoding.ASCII.GetString(JwsForge.Sign(JwsForge.Header("ES256", "ec1"), text, keys.Signer("ec1")));
        var parts = good.Split('.');
        GoldenSample Made(string file, string content, ProblemCode expected, string about) => Bad(file, Encoding.ASCII.GetBytes(content), expected, about);
        yield return Made("bad-two-parts.jws", $"{parts[0]}.{parts[1]}", ProblemCode.SignatureMissing, "No signature part.");
        yield return Made("bad-signature-empty.jws", $"{parts[0]}.{parts[1]}.", ProblemCode.SignatureMissing, "An empty signature part.");
        yield return Made("bad-truncated.jws", good[..(parts[0].Length + (parts[1].Length / 2))], ProblemCode.SignatureMissing, "Cut off in the payload.");
        yield return Made("bad-signature-truncated.jws", good[..^2], ProblemCode.SignatureInvalid, "Cut off in the signature.");
        yield return Made("bad-four-parts.jws", good + ".AAAA", ProblemCode.MalformedEnvelope, "A fourth part.");
        yield return Made("bad-padding.jws", good + "==", ProblemCode.MalformedEnvelope, "Padded base64url.");
        yield return Made("bad-newline.jws", good + "\n", ProblemCode.MalformedEnvelope, "A line feed after the end.");
        yield return Made("bad-stray-bits.jws", good[..^1] + NextLetter(good[^1]), ProblemCode.MalformedEnvelope, "Stray bits in the signature's last character: other text, same bytes.");
        var altered = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text.Replace("Z99", "Z97", StringComparison.Ordinal)));
        yield return Made("bad-payload-altered.jws", $"{parts[0]}.{altered}.{parts[2]}", ProblemCode.SignatureInvalid, "Another recipient put in.");
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"typ":"hub+jws","alg":"ES256","kid":"ec1"}"""));
        yield return Made("bad-header-altered.jws", $"{header}.{parts[1]}.{parts[2]}", ProblemCode.SignatureInvalid, "Header members in another order than signed.");
        var der = keys.Signer("ec1").Sign(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        yield return Made("bad-signature-der.jws", $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(Der(der))}", ProblemCode.SignatureInvalid, "ECDSA signature in DER; JOSE wants r and s, 64 bytes.");
        yield return Made("bad-signature-zero.jws", $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}", ProblemCode.SignatureInvalid, "r and s are zero.");
    }

    private static IEnumerable<GoldenSample> Keys(GoldenKeys keys)
    {
        var text = JwsForge.Text(GoldenModel.Minimal("json-bad"));
        GoldenSample Signed(string file, string alg, string kid, string signer, ProblemCode expected, string about) =>
            Bad(file, JwsForge.Sign(JwsForge.Header(alg, kid), text, keys.Signer(signer)), expected, about);
        yield return Signed("bad-key-rsa-as-es256.jws", "ES256", "rsa1", "rsa1", ProblemCode.SignatureInvalid, "An RSA key named for an ECDSA algorithm.");
        yield return Signed("bad-key-p384-as-es256.jws", "ES256", "ec384", "ec384", ProblemCode.SignatureInvalid, "A P-384 key named for ES256.");
        yield return Signed("bad-alg-pss-as-pkcs1.jws", "RS256", "rsa1", "rsa1", ProblemCode.SignatureInvalid, "A PSS signature named RS256.");
        yield return Signed("bad-key-other-system.jws", "ES256", "ec1", "ec1b", ProblemCode.SignatureInvalid, "Signed by another system's key under this system's key id.");
        yield return Signed("bad-key-of-other-system.jws", "ES256", "ec1b", "ec1b", ProblemCode.KeyUnknown, "The key is registered, but for another system.");
        yield return Signed("bad-key-stranger.jws", "ES256", "stranger", "stranger", ProblemCode.KeyUnknown, "The key is registered for nobody.");
        yield return Signed("bad-key-expired.jws", "ES256", "old1", "old1", ProblemCode.KeyExpired, "The key has expired.");
        yield return Signed("bad-key-revoked.jws", "ES256", "lost1", "lost1", ProblemCode.KeyRevoked, "The key is revoked.");
        yield return Bad("bad-sender-unknown.jws", JwsForge.Sign(JwsForge.Header("ES256", "ec1"), text.Replace("Z98/alpha", "Z98/gamma", StringComparison.Ordinal), keys.Signer("ec1")), ProblemCode.UnknownSender, "A sender that is not registered.");
    }

    private static GoldenSample Bad(string file, byte[] octets, ProblemCode expected, string about) =>
        GoldenSample.Bad(file, octets, EnvelopeEncoding.Json, expected, about);

    private static string Flattened(byte[] compact)
    {
        var parts = Encoding.ASCII.GetString(compact).Split('.');
        return $$"""{"protected":"{{parts[0]}}","payload":"{{parts[1]}}","signature":"{{parts[2]}}"}""";
    }

    /// <summary>64 bytes end in a digit of which two bits count: A, Q, g or w. The next letter decodes to the same bytes.</summary>
    private static char NextLetter(char digit) => (char)(digit + 1);

    private static byte[] Der(byte[] plain)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(TrimmedOf(plain.AsSpan(0, plain.Length / 2)));
            writer.WriteIntegerUnsigned(TrimmedOf(plain.AsSpan(plain.Length / 2)));
        }

        return writer.Encode();
    }

    private static ReadOnlySpan<byte> TrimmedOf(ReadOnlySpan<byte> number)
    {
        while (number.Length > 1 && number[0] == 0) number = number[1..];
        return number;
    }
}
