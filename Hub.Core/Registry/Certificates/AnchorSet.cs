using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Core.Registry.Certificates;

/// <summary>The anchors of a registry, read once. A root (self-issued) is trusted by itself; an authority below it is registered
/// as an anchor too, and counts only as long as it leads to a registered root: no certificate that travels with a key, and none of
/// the machine's, ever helps to build a chain. Thread-safe.</summary>
public sealed class AnchorSet
{
    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _others = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _certificates = new(StringComparer.Ordinal);

    /// <summary>Reads them; what is no certificate of an authority is left out, see <see cref="Fault"/>.</summary>
    public AnchorSet(IReadOnlyList<TrustAnchor> anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        foreach (var anchor in anchors.Where(static a => Fault(a) is null))
        {
            var certificate = X509CertificateLoader.LoadCertificate(anchor.Certificate.Span);
            (IsSelfIssued(certificate) ? _roots : _others).Add(certificate);
            _names.Add(Convert.ToHexStringLower(certificate.SubjectName.RawData));
            _certificates.Add(certificate.GetCertHashString(HashAlgorithmName.SHA256));
        }
    }

    /// <summary>How many anchors count.</summary>
    public int Count => _certificates.Count;

    /// <summary>Why this cannot be an anchor; null when it can: a certificate of an authority (CA, <c>keyCertSign</c>) with a key of
    /// RSA of 2,048 to 8,192 bits, P-256 or P-384.</summary>
    public static string? Fault(TrustAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(anchor.Certificate.Span);
            return CertificateProfile.AuthorityFault(certificate);
        }
        catch (CryptographicException unreadable)
        {
            return $"is no certificate: {unreadable.Message}";
        }
    }

    /// <summary>The same for the same certificates.</summary>
    internal string Fingerprint => string.Join(' ', _certificates.Order(StringComparer.Ordinal));

    internal bool IsNamed(X500DistinguishedName issuer) => _names.Contains(Convert.ToHexStringLower(issuer.RawData));

    internal bool Contains(X509Certificate2 certificate) => _certificates.Contains(certificate.GetCertHashString(HashAlgorithmName.SHA256));

    /// <summary>Whether an anchor is a root, or leads to one.</summary>
    internal bool LeadsToRoot(X509Certificate2 anchor, DateTimeOffset at)
    {
        if (IsSelfIssued(anchor)) return true;
        using var chain = CertificateChain.New(this, anchor, at);
        return chain.Build(anchor);
    }

    internal void Trust(X509ChainPolicy policy)
    {
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_others);
    }

    internal static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
