using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;

namespace Hub.Tests.Sealing;

/// <summary>Fresh key pairs for one run.</summary>
internal sealed record SealingPair(SealingKey Public, UnsealingKey Private, string PublicPem, string PrivatePem)
{
    internal static readonly SealingPair Rsa = Of(RSA.Create(2048), "e1", "H06.40/qlvb");
    internal static readonly SealingPair OtherRsa = Of(RSA.Create(2048), "e1", "H06.41/qlvb");
    internal static readonly SealingPair P256 = Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), "e1", "H06.42/qlvb");
    internal static readonly SealingPair OtherP256 = Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), "e1", "H06.43/qlvb");
    internal static readonly SealingPair P384 = Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384), "e9", "H06.44/qlvb");

    internal static readonly SealingPair[] All = [Rsa, OtherRsa, P256, OtherP256, P384];

    internal static SealingPair Named(string name) => name switch
    {
        "rsa" => Rsa,
        "p256" => P256,
        "p384" => P384,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    internal static SealingPair Of(AsymmetricAlgorithm key, string id, string owner)
    {
        var address = SystemAddress.Parse(owner);
        var (publicPem, privatePem) = (key.ExportSubjectPublicKeyInfoPem(), key.ExportPkcs8PrivateKeyPem());
        return new SealingPair(SealingKey.FromPem(id, publicPem, address), UnsealingKey.FromPem(privatePem, id, address), publicPem, privatePem);
    }
}
