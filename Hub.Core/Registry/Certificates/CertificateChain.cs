using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Core.Registry.Certificates;

/// <summary>A certificate and the one of its issuer.</summary>
/// <param name="Certificate">DER.</param>
/// <param name="Issuer">DER.</param>
public sealed record IssuedCertificate(ReadOnlyMemory<byte> Certificate, ReadOnlyMemory<byte> Issuer)
{
    /// <summary>SHA-256 of the certificate, lower-case hexadecimal.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Certificate.Span));
}

/// <summary>Where a certificate leads.</summary>
/// <param name="Links">The certificate and every authority up to the root, which itself is not among them; empty when the chain
/// does not hold.</param>
/// <param name="Fault">The broken link, with the subject of the certificate where it breaks; null when the chain holds.</param>
/// <param name="ClaimsAnchor">Whether it names an anchor as its issuer.</param>
public sealed record CertificatePath(IReadOnlyList<IssuedCertificate> Links, string? Fault, bool ClaimsAnchor);

/// <summary>Follows a certificate to the registry's anchors: never to the machine's store, never over the network. Pure, but for
/// the cost of some signature checks (about a millisecond).</summary>
public static class CertificateChain
{
    /// <summary>Follows it.</summary>
    /// <param name="certificate">DER.</param>
    /// <param name="use">What its key is for.</param>
    /// <param name="anchors">The anchors.</param>
    /// <param name="at">The instant; outside the certificate's own validity the nearest instant within counts, since a key that
    /// has ended stays in the registry and is refused by its own interval.</param>
    public static CertificatePath Follow(ReadOnlyMemory<byte> certificate, KeyUse use, AnchorSet anchors, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(certificate.Span);
            var claims = anchors.IsNamed(leaf.IssuerName);
            using var chain = New(anchors, leaf, at);
            var holds = chain.Build(leaf);
            var fault = (holds ? null : BrokenLink(chain)) ?? Unfit(chain, use, anchors);
            return fault is null ? new CertificatePath(Links(chain), null, claims) : new CertificatePath([], fault, claims);
        }
        catch (CryptographicException unreadable)
        {
            return new CertificatePath([], $"It cannot be read: {unreadable.Message}", ClaimsAnchor: false);
        }
    }

    /// <summary>A chain to be built for a certificate, of anchors alone.</summary>
    internal static X509Chain New(AnchorSet anchors, X509Certificate2 certificate, DateTimeOffset at)
    {
        var chain = new X509Chain();
        anchors.Trust(chain.ChainPolicy);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = Within(certificate, at).UtcDateTime;
        return chain;
    }

    private static DateTimeOffset Within(X509Certificate2 leaf, DateTimeOffset at)
    {
        var (begin, end) = (new DateTimeOffset(leaf.NotBefore), new DateTimeOffset(leaf.NotAfter));
        return at < begin ? begin : at >= end ? end.AddSeconds(-1) : at;
    }

    private static string BrokenLink(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            var status = element.ChainElementStatus.FirstOrDefault(static s => s.Status != X509ChainStatusFlags.NoError);
            switch (status.Status)
            {
                case X509ChainStatusFlags.NoError: continue;
                case X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot:
                    return $"'{element.Certificate.Subject}' was issued by '{element.Certificate.Issuer}', which is no anchor of the registry. Authorities between a certificate and its root are anchors too.";
                default: return $"'{element.Certificate.Subject}': {status.StatusInformation.Trim()} ({status.Status}).";
            }
        }

        return "No chain can be built.";
    }

    private static string? Unfit(X509Chain chain, KeyUse use, AnchorSet anchors)
    {
        var elements = chain.ChainElements.Select(static e => e.Certificate).ToList();
        if (elements.Count < 2) return "It is an anchor itself.";
        foreach (var authority in elements.Skip(1))
        {
            if (!anchors.Contains(authority)) return $"'{authority.Subject}' is no anchor of the registry.";
            var unfit = CertificateProfile.AuthorityFault(authority)
                ?? (AnchorSet.IsSelfIssued(authority) ? null : CertificateProfile.SignatureFault(authority));
            if (unfit is not null) return $"'{authority.Subject}' {unfit}";
        }

        return CertificateProfile.Fault(elements[0], use) is { } fault ? $"'{elements[0].Subject}' {fault}" : null;
    }

    private static IReadOnlyList<IssuedCertificate> Links(X509Chain chain) =>
        [.. chain.ChainElements.Zip(chain.ChainElements.Skip(1), static (one, issuer) => new IssuedCertificate(one.Certificate.RawData, issuer.Certificate.RawData))];
}
