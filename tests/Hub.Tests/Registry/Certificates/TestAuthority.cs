using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Tests.Registry.Certificates;

/// <summary>A certification authority in memory, and below it others and keys.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    internal TestAuthority(string name = "CN=Root", TestAuthority? above = null, Action<CertificateRequest>? change = null)
    {
        var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
        if (change is null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
            if (above is not null) AddSource(request);
        }

        change?.Invoke(request);
        _certificate = above is null
            ? request.CreateSelfSigned(RegistrySamples.Now.AddYears(-5), RegistrySamples.Now.AddYears(5))
            : request.Create(above._certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(above._key), RegistrySamples.Now.AddYears(-4), RegistrySamples.Now.AddYears(4), RandomNumberGenerator.GetBytes(16));
    }

    internal TrustAnchor Anchor => new(_certificate.Subject, _certificate.RawData);

    /// <summary>Issues a certificate for a fresh key.</summary>
    internal SystemKey Issue(
        string id, X509KeyUsageFlags? usage = X509KeyUsageFlags.DigitalSignature, KeyUse use = KeyUse.Signature, bool withSource = true,
        HashAlgorithmName? hash = null, Action<CertificateRequest>? change = null, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + id, key, hash ?? HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (usage is { } stated) request.CertificateExtensions.Add(new X509KeyUsageExtension(stated, true));
        if (withSource) AddSource(request);
        change?.Invoke(request);
        var (begin, end) = (notBefore ?? RegistrySamples.Now.AddYears(-1), notAfter ?? RegistrySamples.Now.AddYears(1));
        using var certificate = request.Create(_certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), begin, end, RandomNumberGenerator.GetBytes(16));
        var registered = new VerificationKey(id, key.ExportSubjectPublicKeyInfo(), certificate.GetCertHash(HashAlgorithmName.SHA256));
        return new SystemKey(registered, begin, end, null, Development: false) { Use = use, Certificate = certificate.RawData };
    }

    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }

    private static void AddSource(CertificateRequest request) =>
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(["http://ca.example/ocsp"], null));
}
