using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Host.DevPki;

/// <summary>A certification authority for development. Its certificates say so in their subject.</summary>
internal sealed class DevelopmentAuthority : IDisposable
{
    /// <summary>The organisation in every subject.</summary>
    public const string Organisation = "Hub Development PKI - not for production";

    private readonly X509Certificate2 _certificate;

    private DevelopmentAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>Its certificate as PEM.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>Its private key as PEM (PKCS#8).</summary>
    public string PrivateKeyPem => _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>Makes one, valid from an hour ago for two years.</summary>
    public static DevelopmentAuthority Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject("Hub Development CA"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new DevelopmentAuthority(request.CreateSelfSigned(now.AddHours(-1), now.AddYears(2)));
    }

    /// <summary>Opens one that was made before.</summary>
    /// <exception cref="CryptographicException">The texts hold no certificate with its key.</exception>
    public static DevelopmentAuthority Open(string certificatePem, string privateKeyPem) =>
        new(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem));

    /// <summary>Makes a key and its certificate, valid from an hour ago for one year.</summary>
    /// <param name="name">Common name, usually a system address.</param>
    /// <param name="kind">Kind of key.</param>
    /// <param name="now">The time.</param>
    /// <param name="encrypts">Whether content is to be sealed with it; it may sign too, to prove who holds it.</param>
    public DevelopmentKey Issue(string name, DevelopmentKeyKind kind, DateTimeOffset now, bool encrypts = false)
    {
        using AsymmetricAlgorithm key = kind == DevelopmentKeyKind.Rsa2048 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest(Subject(name), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(Subject(name), (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var sealing = kind == DevelopmentKeyKind.Rsa2048 ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.KeyAgreement;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | (encrypts ? sealing : 0), true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var last = new DateTimeOffset(_certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        var end = now.AddYears(1) < last ? now.AddYears(1) : last;
        var generator = X509SignatureGenerator.CreateForECDsa(_certificate.GetECDsaPrivateKey()!);
        using var certificate = request.Create(_certificate.SubjectName, generator, now.AddHours(-1), end, RandomNumberGenerator.GetBytes(16));
        return new DevelopmentKey(key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem());
    }

    public void Dispose() => _certificate.Dispose();

    private static X500DistinguishedName Subject(string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(Organisation);
        subject.AddCommonName(name);
        return subject.Build();
    }
}

/// <summary>What kind of key to make.</summary>
internal enum DevelopmentKeyKind
{
    /// <summary>ECDSA on P-256.</summary>
    Ec,

    /// <summary>RSA of 2,048 bits.</summary>
    Rsa2048,
}

/// <summary>A private key with its certificate, both PEM.</summary>
internal sealed record DevelopmentKey(string PrivateKeyPem, string CertificatePem);
