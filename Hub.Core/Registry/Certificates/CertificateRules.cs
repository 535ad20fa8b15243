using System.Security.Cryptography.X509Certificates;

namespace Hub.Core.Registry.Certificates;

/// <summary>Whether a key may be registered with its certificate, or without one. Pure.</summary>
public static class CertificateRules
{
    /// <summary>The broken link; null when the key may be registered.</summary>
    /// <remarks>A certificate must lead to an anchor when the policy demands certificates, and whenever it names an anchor as its
    /// issuer: else it would pretend to a trust that nobody gave it. Where status is asked, each certificate of the chain must say
    /// whom to ask. Any other certificate is a bare key in other clothes: its validity bounds the key, no more.</remarks>
    /// <param name="key">The key.</param>
    /// <param name="anchors">The anchors of the registry.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="at">The instant, usually now.</param>
    public static string? Fault(SystemKey key, AnchorSet anchors, RegistryPolicy policy, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(policy);
        if (key.Certificate is not { } certificate)
            return policy.CertificatesRequired ? "is a bare key, and the policy demands certificates: register a certificate that leads to an anchor. Broken link: chain." : null;
        var path = CertificateChain.Follow(certificate, key.Use, anchors, at);
        if (path.Fault is { } fault) return policy.CertificatesRequired || path.ClaimsAnchor ? $"does not lead to an anchor: {fault} Broken link: chain." : null;
        if (policy.Revocation == "off") return null;
        foreach (var link in path.Links)
        {
            using var one = X509CertificateLoader.LoadCertificate(link.Certificate.Span);
            if (RevocationAddresses.Of(one).IsEmpty)
                return $"leads to an anchor, but '{one.Subject}' names neither an OCSP responder nor a CRL (http, https), and the policy asks for the status of certificates. Have it issued with one, or set policy.revocation: off. Broken link: chain.";
        }

        return null;
    }
}
