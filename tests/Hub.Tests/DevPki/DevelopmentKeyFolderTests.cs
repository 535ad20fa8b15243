using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;
using Hub.Host.DevPki;

namespace Hub.Tests.DevPki;

public class DevelopmentKeyFolderTests
{
    private static readonly SystemAddress Province = SystemAddress.Parse("H06/qlvb");
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-pki-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(nameof(DevelopmentKeyKind.Ec), SignatureAlgorithm.Es256)]
    [TestCase(nameof(DevelopmentKeyKind.Rsa2048), SignatureAlgorithm.Ps256)]
    public void Ensure_NewSystem_MakesASigningKeyOfTheKind(string kind, SignatureAlgorithm algorithm)
    {
        using var keys = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        Assert.That(keys.Ensure(Province, Enum.Parse<DevelopmentKeyKind>(kind)), Is.True);
        Assert.That(keys.Signer(Province).Algorithm, Is.EqualTo(algorithm));
    }

    [Test]
    public void Ensure_Certificate_SaysDevelopmentAndBelongsToTheKey()
    {
        using var keys = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        keys.Ensure(Province, DevelopmentKeyKind.Ec);
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(_folder, DevelopmentKeyFolder.CertificateName(Province))));
        Assert.That(certificate.Subject, Does.Contain("O=Hub Development PKI - not for production").And.Contain("CN=H06/qlvb"));
        Assert.That(certificate.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(keys.Signer(Province).ExportSubjectPublicKeyInfo()));
    }

    [TestCase(nameof(DevelopmentKeyKind.Ec), X509KeyUsageFlags.KeyAgreement)]
    [TestCase(nameof(DevelopmentKeyKind.Rsa2048), X509KeyUsageFlags.KeyEncipherment)]
    public void EnsureEncryption_NewSystem_MakesAPairThatSealsAndOpens(string kind, X509KeyUsageFlags usage)
    {
        using var keys = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        Assert.That(keys.EnsureEncryption(Province, Enum.Parse<DevelopmentKeyKind>(kind)), Is.True);
        Assert.That(keys.EnsureEncryption(Province, Enum.Parse<DevelopmentKeyKind>(kind)), Is.False);
        var pem = File.ReadAllText(Path.Combine(_folder, DevelopmentKeyFolder.EncryptionCertificateName(Province)));
        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.That(certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages, Is.EqualTo(X509KeyUsageFlags.DigitalSignature | usage));
        var jwe = Jwe.Seal("mật"u8.ToArray(), "text/plain", [SealingKey.FromPem("e1", pem)]);
        var key = UnsealingKey.FromPem(File.ReadAllText(Path.Combine(_folder, DevelopmentKeyFolder.EncryptionKeyName(Province))));
        Assert.That(Jwe.Open(jwe, [key]).Data.ToArray(), Is.EqualTo("mật"u8.ToArray()));
    }

    [Test]
    public void Ensure_Again_KeepsTheKey()
    {
        using (var first = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System)) first.Ensure(Province, DevelopmentKeyKind.Ec);
        var before = File.ReadAllText(Path.Combine(_folder, DevelopmentKeyFolder.PrivateKeyName(Province)));
        using var again = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        Assert.That(again.Ensure(Province, DevelopmentKeyKind.Rsa2048), Is.False);
        Assert.That(File.ReadAllText(Path.Combine(_folder, DevelopmentKeyFolder.PrivateKeyName(Province))), Is.EqualTo(before));
    }

    [Test]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Ensure_PrivateKeys_AreReadableByTheirOwnerAlone()
    {
        using var keys = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        keys.Ensure(Province, DevelopmentKeyKind.Ec);
        keys.EnsureEncryption(Province, DevelopmentKeyKind.Ec);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.key.pem"))
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
    }
}
