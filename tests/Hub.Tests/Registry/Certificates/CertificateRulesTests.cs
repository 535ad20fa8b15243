using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry.Certificates;

public sealed class CertificateRulesTests
{
    private readonly TestAuthority _root = new();

    [OneTimeTearDown]
    public void Close() => _root.Dispose();

    [Test]
    public void Fault_IssuedByAnAnchor_None() => Assert.That(Fault(_root.Issue("k"), _root), Is.Null);

    [Test]
    public void Fault_ThroughARegisteredAuthority_None()
    {
        using var between = new TestAuthority("CN=Between", _root);
        Assert.That(Fault(between.Issue("k"), _root, between), Is.Null);
    }

    [Test]
    public void Fault_ThroughAnAuthorityThatIsNoAnchor_NamesIt()
    {
        using var between = new TestAuthority("CN=Between", _root);
        Assert.That(Fault(between.Issue("k"), _root), Does.Contain("CN=Between").And.Contain("Broken link: chain"));
    }

    [Test]
    public void Fault_AuthorityWithoutItsRoot_DoesNotHold()
    {
        using var between = new TestAuthority("CN=Between", _root);
        Assert.That(Fault(between.Issue("k"), between), Is.Not.Null);
    }

    [Test]
    public void Fault_OtherAuthorityWithTheSameName_IsRefusedEvenWhenCertificatesAreNotRequired()
    {
        using var foreign = new TestAuthority();
        var fault = CertificateRules.Fault(foreign.Issue("k"), new AnchorSet([_root.Anchor]), new RegistryPolicy(), Now);
        Assert.That(fault, Is.Not.Null);
    }

    [Test]
    public void Fault_StrangersCertificate_IsABareKeyUnlessRequired()
    {
        using var stranger = new TestAuthority("CN=Stranger");
        var key = stranger.Issue("k");
        Assert.Multiple(() =>
        {
            Assert.That(CertificateRules.Fault(key, new AnchorSet([_root.Anchor]), new RegistryPolicy(), Now), Is.Null);
            Assert.That(Fault(key, _root), Is.Not.Null);
        });
    }

    [Test]
    public void Fault_BareKey_OnlyWhereCertificatesAreRequired()
    {
        var bare = _root.Issue("k") with { Certificate = null };
        Assert.Multiple(() =>
        {
            Assert.That(CertificateRules.Fault(bare, new AnchorSet([_root.Anchor]), new RegistryPolicy(), Now), Is.Null);
            Assert.That(Fault(bare, _root), Is.Not.Null);
        });
    }

    [TestCase(X509KeyUsageFlags.DigitalSignature, KeyUse.Signature, null)]
    [TestCase(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, KeyUse.Signature, null)]
    [TestCase(X509KeyUsageFlags.KeyAgreement, KeyUse.Signature, "keyUsage")]
    [TestCase(null, KeyUse.Signature, "keyUsage")]
    [TestCase(X509KeyUsageFlags.KeyAgreement, KeyUse.Encryption, null)]
    [TestCase(X509KeyUsageFlags.KeyEncipherment, KeyUse.Encryption, null)]
    [TestCase(X509KeyUsageFlags.DigitalSignature, KeyUse.Encryption, "keyUsage")]
    public void Fault_KeyUsage_MustStateTheUse(X509KeyUsageFlags? usage, KeyUse use, string? fault) =>
        Assert.That(Fault(_root.Issue("k", usage, use), _root), fault is null ? Is.Null : Does.Contain(fault));

    [Test]
    public void Fault_CertificateOfAnAuthority_IsNoSystems()
    {
        var key = _root.Issue("k", change: static r =>
        {
            r.CertificateExtensions.Clear();
            r.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            r.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true));
        });
        Assert.That(Fault(key, _root), Does.Contain("of an authority"));
    }

    [Test]
    public void Fault_UnknownCriticalExtension_Refused() =>
        Assert.That(Fault(_root.Issue("k", change: static r => r.CertificateExtensions.Add(new X509Extension("1.2.3.4", [5, 0], critical: true))), _root), Is.Not.Null);

    [Test]
    public void Fault_IssuedByASystemsOwnCertificate_Refused()
    {
        // A certificate that may not sign others, registered as an anchor by mistake, gives no trust.
        using var between = new TestAuthority("CN=Between", _root, static r => r.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)));
        Assert.Multiple(() =>
        {
            Assert.That(AnchorSet.Fault(between.Anchor), Is.Not.Null);
            Assert.That(Fault(between.Issue("k"), _root, between), Is.Not.Null);
        });
    }

    [Test]
    public void Fault_WithoutASourceOfStatus_RefusedUnlessStatusIsOff()
    {
        var key = _root.Issue("k", withSource: false);
        Assert.Multiple(() =>
        {
            Assert.That(Fault(key, _root), Does.Contain("OCSP"));
            Assert.That(CertificateRules.Fault(key, new AnchorSet([_root.Anchor]), new RegistryPolicy { Revocation = "off" }, Now), Is.Null);
        });
    }

    [Test]
    public void Fault_CertificateHasEnded_StaysInTheRegistry() =>
        Assert.That(Fault(_root.Issue("k", notBefore: Now.AddYears(-2), notAfter: Now.AddYears(-1)), _root), Is.Null);

    [Test]
    public void Fault_AuthorityHasEnded_Refused() =>
        Assert.That(CertificateRules.Fault(_root.Issue("k", notAfter: Now.AddYears(20)), new AnchorSet([_root.Anchor]), Required, Now.AddYears(6)), Is.Not.Null);

    [Test]
    public void Fault_RootOfTheMachine_IsNotTrusted()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=own", own, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
        var key = new SystemKey(new VerificationKey("k", own.ExportSubjectPublicKeyInfo()), null, null, null, false) { Certificate = certificate.RawData };
        Assert.That(Fault(key, _root), Is.Not.Null);
    }

    private static RegistryPolicy Required => new() { CertificatesRequired = true };

    private static string? Fault(SystemKey key, params TestAuthority[] anchors) =>
        CertificateRules.Fault(key, new AnchorSet([.. anchors.Select(static a => a.Anchor)]), Required, Now);
}
