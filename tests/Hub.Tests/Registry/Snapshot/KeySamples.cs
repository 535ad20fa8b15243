using System.Security.Cryptography;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>Registered keys for tests that never verify with them.</summary>
internal static class KeySamples
{
    private static readonly byte[] Spki = Make();

    internal static SystemKey Key(string id) => new(new VerificationKey(id, Spki), null, null, null, Development: false);

    private static byte[] Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }
}
