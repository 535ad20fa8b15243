using System.Security.Cryptography;

namespace Hub.Benchmarks.Throughput;

/// <summary>The sender's key, made for one run.</summary>
/// <param name="PrivatePem">PKCS #8.</param>
/// <param name="PublicPem">SubjectPublicKeyInfo.</param>
internal sealed record SenderKey(string PrivatePem, string PublicPem)
{
    internal const string Id = "k1";

    internal static SenderKey Make(string algorithm)
    {
        using AsymmetricAlgorithm key = algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            _ => RSA.Create(2048),
        };
        return new SenderKey(key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
    }
}
