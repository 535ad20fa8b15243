using System.Security.Cryptography.X509Certificates;

namespace Hub.Adapters.Trust;

/// <summary>What the key usage of a certificate forbids. Pure.</summary>
internal static class CertificateUsage
{
    /// <summary>Whether it states its usages, and not this one.</summary>
    internal static bool Forbids(X509Certificate2 certificate, X509KeyUsageFlags usage) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } stated && (stated.KeyUsages & usage) == 0;
}
