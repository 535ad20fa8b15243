using System.Buffers.Text;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>A JWS in compact serialisation (RFC 7515 §3.1) within the strict profile. Parsing proves nothing:
/// <see cref="Verify"/> does.</summary>
internal sealed class JwsCompact
{
    /// <summary>Characters of an ES256 signature.</summary>
    private const int UsualSignature = 86;

    private readonly ReadOnlyMemory<byte> _signingInput;
    private readonly byte[] _signature;

    private JwsCompact(JwsHeader header, byte[] payload, ReadOnlyMemory<byte> signingInput, byte[] signature)
    {
        Header = header;
        Payload = payload;
        _signingInput = signingInput;
        _signature = signature;
    }

    internal JwsHeader Header { get; }

    internal byte[] Payload { get; }

    /// <summary>Splits and decodes; the header must be of the profile and have the type asked for.</summary>
    /// <param name="octets">The text.</param>
    /// <param name="type">The <c>typ</c> it must have.</param>
    /// <param name="named">Whether the header must name the key.</param>
    /// <exception cref="ProblemException"><c>malformed-envelope</c>, <c>unsupported-profile</c> or <c>signature-missing</c>.</exception>
    internal static JwsCompact Parse(ReadOnlyMemory<byte> octets, string type, bool named = true)
    {
        var text = octets.Span;
        if (text.StartsWith("{"u8))
            throw ProblemCode.UnsupportedProfile.With("The content begins with '{'. Plain JSON and the JSON serialisation of JWS are not accepted; send JWS compact (RFC 7515 §3.1).");
        var first = text.IndexOf((byte)'.');
        if (first < 0) throw Malformed("has no '.'; a JWS compact is header.payload.signature");
        if (first > JwsHeader.MaxBytes) throw Malformed($"has a protected header of {first} bytes; the limit is {JwsHeader.MaxBytes}");
        var header = JwsHeader.Read(Decoded(text[..first], "protected header"), type, named);
        var rest = text[(first + 1)..];
        var second = rest.IndexOf((byte)'.');
        if (second < 0 || second == rest.Length - 1)
            throw ProblemCode.SignatureMissing.With("The JWS has no signature part. Sign it with the key registered for the sender.");
        var signature = rest[(second + 1)..];
        if (signature.Contains((byte)'.')) throw Malformed("has more than three parts; a JWS compact is header.payload.signature");
        return new JwsCompact(
            header, Decoded(rest[..second], "payload"), octets[..(first + 1 + second)], Decoded(signature, "signature"));
    }

    /// <summary>Verifies the signature over the exact octets.</summary>
    /// <exception cref="ProblemException"><c>signature-invalid</c>.</exception>
    internal void Verify(VerificationKey key)
    {
        if (!key.Fits(Header.Algorithm))
            throw ProblemCode.SignatureInvalid.With($"The registered key '{key.Id}' is of another kind or curve than {JoseAlgorithms.NameOf(Header.Algorithm)} needs. Broken link: signature.");
        if (!key.Verify(Header.Algorithm, _signingInput.Span, _signature))
            throw ProblemCode.SignatureInvalid.With($"The {JoseAlgorithms.NameOf(Header.Algorithm)} signature does not verify with the registered key '{key.Id}'. Broken link: signature.");
    }

    internal static async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> payload, string type, ISigner signer, CancellationToken cancellationToken, bool named = true)
    {
        var header = JwsHeader.Encoded(signer, type, named);
        var length = header.Length + 1 + Base64Url.GetEncodedLength(payload.Length);
        // The room that is left takes an ES256 signature without a copy.
        var text = new byte[length + 1 + UsualSignature];
        header.CopyTo(text, 0);
        text[header.Length] = (byte)'.';
        Base64Url.EncodeToUtf8(payload.Span, text.AsSpan(header.Length + 1));
        var signature = await signer.SignAsync(text.AsMemory(0, length), cancellationToken);
        Array.Resize(ref text, length + 1 + Base64Url.GetEncodedLength(signature.Length));
        text[length] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, text.AsSpan(length + 1));
        return text;
    }

    private static byte[] Decoded(ReadOnlySpan<byte> part, string name)
    {
        if (part.IsEmpty) throw Malformed($"has an empty {name}");
        return StrictBase64.TryDecodeUrl(part, out var bytes) ? bytes : throw Malformed($"has a {name} that is not canonical base64url (RFC 7515 §2: no padding, no white space)");
    }

    private static ProblemException Malformed(string what) => ProblemCode.MalformedEnvelope.With($"The content {what}.");
}
