using System.Security.Cryptography;

namespace Hub.Contracts.Sealing;

/// <summary>How a content key is wrapped for one recipient.</summary>
internal enum KeyWrapping
{
    /// <summary>RSAES-OAEP with SHA-256 and MGF1 with SHA-256.</summary>
    RsaOaepSha256,

    /// <summary>RSAES-OAEP with SHA-1 and MGF1 with SHA-1 (XML Encryption 1.0 <c>rsa-oaep-mgf1p</c>).</summary>
    RsaOaepSha1,

    /// <summary>Ephemeral-static ECDH, Concat KDF with SHA-256, AES-256 key wrap.</summary>
    EcdhAes256,
}

/// <summary>How a wrapped key names the recipient's key. Hints only; both may be missing.</summary>
/// <param name="Owner">The recipient's system address.</param>
/// <param name="Id">The id under which the key is registered.</param>
internal readonly record struct KeyName(string? Owner, string? Id)
{
    /// <summary>Reads <c>agency/system#id</c>, or an id alone.</summary>
    internal static KeyName Parse(string text)
    {
        var hash = text.LastIndexOf('#');
        return hash > 0 && Addresses.SystemAddress.TryParse(text[..hash], out _) ? new KeyName(text[..hash], text[(hash + 1)..]) : new KeyName(null, text);
    }

    public override string ToString() => (Owner, Id) switch
    {
        (null, null) => "(no name)",
        (null, _) => Id,
        _ => $"{Owner}#{Id}",
    };
}

/// <summary>What the two sides of an agreement share besides their keys.</summary>
/// <param name="Curve">The curve.</param>
/// <param name="Ephemeral">The sender's public point, made for this message.</param>
/// <param name="OtherInfo">Context of the key derivation.</param>
internal sealed record AgreementPart(SealingCurve Curve, ECPoint Ephemeral, byte[] OtherInfo);

/// <summary>The content key, wrapped for one recipient.</summary>
/// <param name="Wrapping">How.</param>
/// <param name="Name">For whom.</param>
/// <param name="Value">The wrapped key.</param>
/// <param name="Agreement">The agreement, for <see cref="KeyWrapping.EcdhAes256"/>.</param>
internal sealed record WrappedKey(KeyWrapping Wrapping, KeyName Name, byte[] Value, AgreementPart? Agreement);
