using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Host.Identity;

/// <summary>The certificate that a caller showed in the TLS handshake: proof that it holds the key, of nothing else. Headers of
/// proxies that claim one are never read.</summary>
internal static class ClientCertificate
{
    /// <summary>The certificate; null without one, and on connections without TLS.</summary>
    internal static X509Certificate2? Of(HttpContext context) => context.Connection.ClientCertificate;

    /// <summary>SHA-256 of its DER: <c>x5t#S256</c> (RFC 8705 §3.1).</summary>
    internal static byte[] Digest(X509Certificate2 certificate) => SHA256.HashData(certificate.RawDataMemory.Span);
}
