namespace Hub.Core.Registry.Certificates;

/// <summary>What is known of the certificates of keys. Reads only memory; thread-safe.</summary>
public interface ICertificateStatus
{
    /// <summary>What is known of the certificate that a key was registered with; null when the hub has not looked at it yet.</summary>
    /// <param name="certificateSha256">SHA-256 of the certificate, 32 bytes.</param>
    CertificateStanding? Find(byte[] certificateSha256);
}
