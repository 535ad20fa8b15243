using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>The algorithms of the JSON encoding by their JOSE names, RFC 7518 §3.1.</summary>
internal static class JoseAlgorithms
{
    internal static SignatureAlgorithm Parse(string name) => name switch
    {
        "PS256" => SignatureAlgorithm.Ps256,
        "RS256" => SignatureAlgorithm.Rs256,
        "ES256" => SignatureAlgorithm.Es256,
        "ES384" => SignatureAlgorithm.Es384,
        _ => throw ProblemCode.UnsupportedProfile.With($"The algorithm {TextRules.Quote(name)} is not accepted; use PS256, RS256, ES256 or ES384."),
    };

    internal static string NameOf(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Ps256 => "PS256",
        SignatureAlgorithm.Rs256 => "RS256",
        SignatureAlgorithm.Es256 => "ES256",
        SignatureAlgorithm.Es384 => "ES384",
        _ => throw ProblemCode.UnsupportedProfile.With($"The algorithm {algorithm} exists in XML Signature only; use PS256, RS256, ES256 or ES384."),
    };
}
