using System.Security.Cryptography;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Tests.Registry.Certificates;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

public sealed class RegistryKeyRingTests
{
    private static readonly SystemAddress Sender = SystemAddress.Parse("H06/qlvb");
    private readonly CertificateTable _certificates = new();
    private string _folder = "";
    private FileHubKeys _hub = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("hub-keyring-").FullName;
        _hub = FileHubKeys.OpenOrCreate(_folder, HubAddress);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Find_RegisteredKey_IsFoundByIdAndByCertificate()
    {
        var certificate = RandomNumberGenerator.GetBytes(32);
        var key = Key("k1", certificate: certificate);
        var ring = Ring(new SystemKey(key, null, null, null, Development: false));
        Assert.Multiple(() =>
        {
            Assert.That(ring.Find(Sender, new KeyHint("k1", null)), Is.SameAs(key));
            Assert.That(ring.Find(Sender, new KeyHint(null, certificate)), Is.SameAs(key));
        });
    }

    [TestCase(-2, -1, null, "key-expired")]
    [TestCase(-2, 0, null, "key-expired")]
    [TestCase(1, 2, null, "key-expired")]
    [TestCase(-1, 1, 0, "key-revoked")]
    [TestCase(-1, 1, -1, "key-revoked")]
    [TestCase(-1, 1, 1, null)]
    [TestCase(0, 1, null, null)]
    [TestCase(null, null, null, null)]
    public void Find_ValidityAndRevocation_AreJudgedNow(int? begin, int? end, int? revoked, string? code)
    {
        var key = Key("k1");
        var ring = Ring(new SystemKey(key, Day(begin), Day(end), Day(revoked), Development: false));
        if (code is null) Assert.That(ring.Find(Sender, new KeyHint("k1", null)), Is.SameAs(key));
        else Assert.That(Refused(ring, Sender, new KeyHint("k1", null)).Code, Is.EqualTo(code));
    }

    [Test]
    public void Find_OtherHint_IsKeyUnknown()
    {
        var ring = Ring(new SystemKey(Key("k1"), null, null, null, Development: false));
        Assert.Multiple(() =>
        {
            Assert.That(Refused(ring, Sender, new KeyHint("K1", null)), Is.SameAs(ProblemCode.KeyUnknown));
            Assert.That(Refused(ring, Sender, new KeyHint(null, new byte[32])), Is.SameAs(ProblemCode.KeyUnknown));
            Assert.That(Refused(ring, Sender, new KeyHint(null, null)), Is.SameAs(ProblemCode.KeyUnknown));
        });
    }

    [Test]
    public void Find_KeyOfAnotherSystem_IsKeyUnknown()
    {
        var ring = Ring(new SystemKey(Key("only-mine"), null, null, null, Development: false));
        Assert.That(Refused(ring, SystemAddress.Parse("H06.40/qlvb"), new KeyHint("only-mine", null)), Is.SameAs(ProblemCode.KeyUnknown));
    }

    [Test]
    public void Find_EncryptionKey_SignsNothing()
    {
        var certificate = RandomNumberGenerator.GetBytes(32);
        var ring = Ring(new SystemKey(Key("seal", certificate), null, null, null, Development: false) { Use = KeyUse.Encryption });
        Assert.Multiple(() =>
        {
            Assert.That(Refused(ring, Sender, new KeyHint("seal", null)), Is.SameAs(ProblemCode.KeyUnknown));
            Assert.That(Refused(ring, Sender, new KeyHint(null, certificate)), Is.SameAs(ProblemCode.KeyUnknown));
        });
    }

    [Test]
    public void Find_UnregisteredSender_IsUnknownSender() =>
        Assert.That(Refused(Ring(), SystemAddress.Parse("H77/qlvb"), new KeyHint("k1", null)), Is.SameAs(ProblemCode.UnknownSender));

    [Test]
    public void Find_DevelopmentKey_IsTrustedInDevelopmentOnly()
    {
        var key = Key("k1");
        var registered = new SystemKey(key, null, null, null, Development: true);
        Assert.Multiple(() =>
        {
            Assert.That(Refused(Ring(registered), Sender, new KeyHint("k1", null)), Is.SameAs(ProblemCode.KeyUnknown));
            Assert.That(Ring(true, registered).Find(Sender, new KeyHint("k1", null)), Is.SameAs(key));
        });
    }

    [Test]
    public void Find_TheHubAndItsApps_HaveKeysThatTheHubHolds()
    {
        var app = SystemAddress.Parse("H06.09/archive");
        Assert.Multiple(() =>
        {
            Assert.That(Ring().Find(HubAddress, new KeyHint(_hub.GatewayVerifier.Id, null)), Is.SameAs(_hub.GatewayVerifier));
            Assert.That(Ring().Find(app, new KeyHint(_hub.AppKey(app).KeyId, null)), Is.SameAs(_hub.AppVerifier(app)));
            Assert.That(Refused(Ring(), HubAddress, new KeyHint("k1", null)), Is.SameAs(ProblemCode.KeyUnknown));
        });
    }

    [Test]
    public void EncryptionKeys_AreThoseMeantForItInForceAndInGoodStanding()
    {
        using var authority = new TestAuthority();
        var (good, revoked) = (Sealing(authority.Issue("good")), Sealing(authority.Issue("revoked")));
        SystemKey[] keys =
        [
            good, revoked, authority.Issue("signs"), Bare("bare"), Bare("ended") with { NotAfter = Now }, Bare("later") with { NotBefore = Now.AddDays(1) },
            Bare("withdrawn") with { Revoked = Now }, Bare("development") with { Development = true },
        ];
        _certificates.Set(good.Key.CertificateSha256!, new CertificateStanding(CertificateState.Good, Now) { Until = Now.AddDays(1) });
        _certificates.Set(revoked.Key.CertificateSha256!, new CertificateStanding(CertificateState.Revoked, Now) { RevokedAt = Now.AddDays(-1) });
        var (ring, system) = (Ring(keys), new AgencySystem { Address = Sender, Name = "Văn bản", Keys = keys });
        Assert.That(ring.EncryptionKeys(system).Select(k => k.Key.Id), Is.EqualTo(new[] { "good", "bare" }));
        Assert.That(ring.EncryptionKeys(system, Now.AddDays(2)).Select(k => k.Key.Id), Is.EqualTo(new[] { "good", "bare", "later" }));

        static SystemKey Sealing(SystemKey key) => key with { Use = KeyUse.Encryption };
        static SystemKey Bare(string id) => Sealing(new SystemKey(Key(id), null, null, null, Development: false));
    }

    private static VerificationKey Key(string id, byte[]? certificate = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new VerificationKey(id, key.ExportSubjectPublicKeyInfo(), certificate);
    }

    private static DateTimeOffset? Day(int? days) => days is { } d ? Now.AddDays(d) : null;

    private static ProblemCode Refused(RegistryKeyRing ring, SystemAddress sender, KeyHint hint) =>
        Assert.Throws<ProblemException>(() => ring.Find(sender, hint))!.Code;

    private RegistryKeyRing Ring(params SystemKey[] keys) => Ring(false, keys);

    private RegistryKeyRing Ring(bool development, params SystemKey[] keys)
    {
        var content = Content();
        var systems = content.Systems.Select(s => s.Address == Sender ? s with { Keys = keys } : s).ToList();
        return new RegistryKeyRing(new RegistrySnapshot(1, content with { Systems = systems }), _hub, new StoppedClock(Now), development, _certificates);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
