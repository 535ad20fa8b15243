using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Hub.Contracts.Sealing;

/// <summary>A curve on which keys are agreed.</summary>
/// <param name="Name">Its name, as <c>crv</c> of RFC 7518 §6.2.1.1.</param>
/// <param name="Oid">Its object identifier.</param>
/// <param name="CoordinateBytes">Bytes of one coordinate.</param>
internal sealed record SealingCurve(string Name, string Oid, int CoordinateBytes)
{
    internal static readonly SealingCurve P256 = new("P-256", "1.2.840.10045.3.1.7", 32);

    internal static readonly SealingCurve P384 = new("P-384", "1.3.132.0.34", 48);

    internal ECCurve Parameters => ECCurve.CreateFromValue(Oid);

    internal static SealingCurve? Named(string name) => name switch
    {
        "P-256" => P256,
        "P-384" => P384,
        _ => null,
    };

    internal static SealingCurve? WithOid(string? oid) => oid == P256.Oid ? P256 : oid == P384.Oid ? P384 : null;

    /// <summary>A public key of the curve; false when the point does not lie on it.</summary>
    internal bool TryImport(ECPoint point, [NotNullWhen(true)] out ECDiffieHellman? key)
    {
        key = null;
        if (point.X?.Length != CoordinateBytes || point.Y?.Length != CoordinateBytes) return false;
        try
        {
            key = ECDiffieHellman.Create(new ECParameters { Curve = Parameters, Q = point });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
