namespace Hub.Contracts.Signatures;

/// <summary>The signature algorithms of the strict profile; all others are refused by name.</summary>
/// <remarks>JOSE names (RFC 7518) exist for Ps256, Rs256, Es256 and Es384; the others exist in XML Signature only.</remarks>
public enum SignatureAlgorithm
{
    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (JOSE <c>RS256</c>).</summary>
    Rs256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384 (XML only).</summary>
    Rs384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512 (XML only).</summary>
    Rs512,

    /// <summary>RSASSA-PSS with SHA-256, salt as long as the hash (JOSE <c>PS256</c>).</summary>
    Ps256,

    /// <summary>RSASSA-PSS with SHA-384 (XML only).</summary>
    Ps384,

    /// <summary>RSASSA-PSS with SHA-512 (XML only).</summary>
    Ps512,

    /// <summary>ECDSA on P-256 with SHA-256 (JOSE <c>ES256</c>).</summary>
    Es256,

    /// <summary>ECDSA on P-384 with SHA-384 (JOSE <c>ES384</c>).</summary>
    Es384,
}
