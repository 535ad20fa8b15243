using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>The JOSE names (RFC 7518) of signature algorithms.</summary>
internal static class JoseName
{
    /// <exception cref="NotSupportedException">The algorithm exists in XML Signature only.</exception>
    public static string Of(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Ps256 => "PS256",
        SignatureAlgorithm.Rs256 => "RS256",
        SignatureAlgorithm.Es256 => "ES256",
        SignatureAlgorithm.Es384 => "ES384",
        _ => throw new NotSupportedException($"{algorithm} has no JOSE name. Get tokens with PS256, RS256, ES256 or ES384."),
    };
}
