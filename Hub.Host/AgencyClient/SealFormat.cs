using Hub.Contracts.Envelopes;
using Hub.Contracts.Sealing;

namespace Hub.Host.AgencyClient;

/// <summary>A format of sealing by the name that command lines give it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Encryption">The format.</param>
/// <param name="Transport">How RSA keys are used in XML Encryption.</param>
internal sealed record SealFormat(string Name, PayloadEncryption Encryption, XmlKeyTransport Transport)
{
    /// <summary>JWE, for any content.</summary>
    public static readonly SealFormat Jwe = new("jwe", PayloadEncryption.Jwe, XmlKeyTransport.RsaOaepSha256);

    /// <summary>Every format.</summary>
    public static readonly IReadOnlyList<SealFormat> All =
    [
        Jwe,
        new("xmlenc", PayloadEncryption.XmlEnc11, XmlKeyTransport.RsaOaepSha256),
        new("xmlenc-mgf1p", PayloadEncryption.XmlEnc11, XmlKeyTransport.RsaOaepMgf1p),
    ];

    /// <summary>The format of a name that was checked.</summary>
    public static SealFormat Named(string name) => All.Single(format => format.Name == name);
}
