using System.Buffers.Text;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>Makes compact JWS of any header and payload, right or wrong, really signed.</summary>
public static class JwsForge
{
    public static string Header(string alg, string kid) => $$"""{"alg":"{{alg}}","typ":"hub+jws","kid":"{{kid}}"}""";

    public static byte[] Sign(string header, ReadOnlySpan<byte> payload, Func<byte[], byte[]> sign)
    {
        var input = SigningInput(header, payload);
        return Encoding.ASCII.GetBytes($"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}");
    }

    public static byte[] Sign(string header, string payload, LocalSigner signer) => Sign(header, Encoding.UTF8.GetBytes(payload), data => signer.Sign(data));

    public static string SigningInput(string header, ReadOnlySpan<byte> payload) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(payload)}";

    /// <summary>The JSON text that the writer makes of a model, without its rules.</summary>
    public static string Text(Envelope envelope) => Encoding.UTF8.GetString(JsonEnvelopeWriter.Write(envelope).Span);
}
