using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

public sealed class RegistryDocumentTests
{
    [Test]
    public void Write_Read_IsIdentity()
    {
        var content = Content();
        var text = RegistryDocument.Write(content);
        Assert.Multiple(() =>
        {
            Assert.That(RegistryDocument.Write(Content(text)), Is.EqualTo(text));
            Assert.That(ObjectForms.Of(Content(text)), Is.EqualTo(ObjectForms.Of(content)));
        });
    }

    [Test]
    public void Read_DateWithoutTime_IsMidnightInVietnam() =>
        Assert.That(Content().Agencies.Single(a => a.Code.Value == "H06.40").ValidUntil, Is.EqualTo(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.FromHours(7))));

    [Test]
    public void Read_TwoSystemsOfOneAgencyReceiveTheSameType_IsAWarning() =>
        Assert.That(RegistryDocument.Read(Yaml(), HubAddress, development: false).Warnings, Has.Some.Contains("vn.report.v1"));

    [TestCase("hub: H06.09/lgsp", "hub: H06.09/other", "hub")]
    [TestCase("hub: H06.09/lgsp", "hub: H06.09/lgsp\nhub: H06.09/lgsp", "hub")]
    [TestCase("hub: H06.09/lgsp", "hub: &a H06.09/lgsp", "document")]
    [TestCase("hub: H06.09/lgsp", "hub: *a", "document")]
    [TestCase("hub: H06.09/lgsp", "hub: !!str H06.09/lgsp", "document")]
    [TestCase("hub: H06.09/lgsp", "%YAML 1.1\n---\nhub: H06.09/lgsp", "document")]
    [TestCase("hub: H06.09/lgsp", "hub: H06.09/lgsp\nextra: 1", "extra")]
    [TestCase("hub: H06.09/lgsp", "hub: null", "hub")]
    [TestCase("code: G22, name", "code: G22, colour: red, name", "agencies[0].colour")]
    [TestCase("code: G22, name: Bộ mẫu", "code: G22, name: [Bộ mẫu]", "agencies[0].name")]
    [TestCase("code: G22, name: Bộ mẫu", "code: G22, name: \"a\\u0007b\"", "agencies[0].name")]
    [TestCase("code: G22, name", "code: G22, parent: H06.40.01, name", "agencies[0].parent")]
    [TestCase("level: province, parent: G22", "level: province, parent: G99", "agencies[1].parent")]
    [TestCase("code: H06.40.02, name", "code: H06.40.01, name", "agencies[5].code")]
    [TestCase("code: H06.40.02, name", "code: Н06.40.02, name", "agencies[5].code")]
    [TestCase("legacyCode: 000.01.40.H06", "legacyCode: 000.00.00.H06", "agencies[4].legacyCode")]
    [TestCase("legacyCode: 000.01.40.H06", "legacyCode: H06.77", "agencies[4].legacyCode")]
    [TestCase("level: district", "level: canton", "agencies[3].level")]
    [TestCase("validUntil: 2026-07-01", "validFrom: 2026-07-01, validUntil: 2026-07-01", "agencies[3].validUntil")]
    [TestCase("validUntil: 2026-07-01", "validUntil: 01/07/2026", "agencies[3].validUntil")]
    [TestCase("validUntil: 2026-07-01", "validUntil: 9999-12-31T23:59:59Z", "agencies[3].validUntil")]
    [TestCase("verified: false", "verified: no", "agencies[1].verified")]
    [TestCase("url: \"http://127.0.0.1:9001/in\", ", "", "systems[0].channel.url")]
    [TestCase("http://127.0.0.1:9001/in", "file:///etc/passwd", "systems[0].channel.url")]
    [TestCase("http://127.0.0.1:9001/in", "http://u:p@127.0.0.1/in", "systems[0].channel.url")]
    [TestCase("kind: push", "kind: pigeon", "systems[0].channel.kind")]
    [TestCase("maxAttempts: 5", "maxAttempts: 0", "systems[0].policy.maxAttempts")]
    [TestCase("firstDelay: 1s", "firstDelay: 2m", "systems[0].policy.firstDelay")]
    [TestCase("firstDelay: 1s", "firstDelay: 1", "systems[0].policy.firstDelay")]
    [TestCase("maxDelay: 1m", "maxDelay: 999999999d", "systems[0].policy.maxDelay")]
    [TestCase("address: H06/qlvb", "address: H99/qlvb", "systems[0].address")]
    [TestCase("address: H06/qlvb", "address: 000.00.00.H06/qlvb", "systems[0].address")]
    [TestCase("address: H06/qlvb", "address: H06.40/qlvb", "systems[1].address")]
    [TestCase("address: H06.09/archive", "address: H06.09/lgsp", "systems[6].address")]
    [TestCase("receives: [vn.document.v1, vn.report.v1]", "receives: [vn.document.v1, vn.other.v1]", "systems[3].receives")]
    [TestCase("receives: [vn.document.v1, vn.report.v1]", "receives: [Vn.Document]", "systems[3].receives[0]")]
    [TestCase("type: vn.report.v1", "type: hub.report.v1", "services[1].type")]
    [TestCase("type: vn.report.v1", "type: vn.document.v1", "services[1].type")]
    [TestCase("minimumAssurance: hub-attested", "minimumAssurance: none", "services[1].minimumAssurance")]
    [TestCase("members: [H06.40.01, H06.40.02/qlvb]", "members: [H06.40.09]", "groups[0].members")]
    [TestCase("members: [H06.40.01, H06.40.02/qlvb]", "members: []", "groups[0].members")]
    [TestCase("members: [H06.40.01, H06.40.02/qlvb]", "members: [H06.40.01, H06.40.01]", "groups[0].members")]
    [TestCase("members: [H06.40.03, H06.40.01]", "members: [group:communes]", "groups[1].members")]
    [TestCase("name: mixed", "name: communes", "groups[1].name")]
    [TestCase("name: mixed", "name: Mixed Up", "groups[1].name")]
    [TestCase("from: \"under:H06\"", "from: \"under:H77\"", "rights[0].from")]
    [TestCase("from: \"under:H06\"", "from: \"below:H06\"", "rights[0].from")]
    [TestCase("to: H06.40.02,", "to: H06.40.02/nothing,", "rights[1].to")]
    [TestCase("services: [vn.document.v1]", "services: [hub.ack.v1]", "rights[0].services")]
    [TestCase("services: [vn.document.v1]", "services: []", "rights[0].services")]
    [TestCase("maxPriority: 4", "maxPriority: 5", "rights[1].maxPriority")]
    public void Read_Mistake_IsNamedWithItsPlace(string right, string wrong, string place)
    {
        var yaml = Yaml();
        Assert.That(yaml, Does.Contain(right));
        var problem = Refused(yaml.Replace(right, wrong, StringComparison.Ordinal));
        Assert.That(problem.Items.Select(i => i.Subject), Has.Some.Matches<string>(s => s.StartsWith("line ", StringComparison.Ordinal) && s.EndsWith(": " + place, StringComparison.Ordinal)));
    }

    [Test]
    public void Read_SeveralMistakes_AreAllListedWithLines()
    {
        var problem = Refused(Yaml()
            .Replace("level: district", "level: canton", StringComparison.Ordinal)
            .Replace("kind: push", "kind: pigeon", StringComparison.Ordinal)
            .Replace("maxPriority: 4", "maxPriority: 5", StringComparison.Ordinal));
        Assert.That(problem.Items.Select(i => i.Subject), Is.SupersetOf(new[] { "line 11: agencies[3].level", "line 19: systems[0].channel.kind" }));
        Assert.That(problem.Items, Has.Some.Matches<ProblemItem>(i => i.Subject.EndsWith("rights[1].maxPriority", StringComparison.Ordinal)));
    }

    [Test]
    public void Read_ParentsInACircle_IsRefused()
    {
        var problem = Refused(Yaml().Replace("name: Bộ mẫu, level: central", "name: Bộ mẫu, level: central, parent: H06", StringComparison.Ordinal));
        Assert.That(problem.Items, Has.Some.Matches<ProblemItem>(i => i.Subject.EndsWith("agencies[0].parent", StringComparison.Ordinal)));
    }

    [Test]
    public void Read_GroupChangedUnderTheSameVersion_IsRefused()
    {
        var changed = Yaml().Replace("members: [H06.40.01, H06.40.02/qlvb]", "members: [H06.40.01]", StringComparison.Ordinal);
        var refused = Assert.Throws<ProblemException>(() => RegistryDocument.Read(changed, HubAddress, development: false, Content()));
        Assert.That(refused!.Problem.Items.Single().Subject, Does.EndWith("groups[0].version"));
        Assert.That(
            RegistryDocument.Read(changed.Replace("version: 3", "version: 4", StringComparison.Ordinal), HubAddress, development: false, Content()).Content.Groups[0].Members,
            Has.Count.EqualTo(1));
    }

    [Test]
    public void Read_DevelopmentKey_NeedsTheDevelopmentSetting()
    {
        var yaml = Yaml().Replace("keys: [{id: k1,", "keys: [{development: true, id: k1,", StringComparison.Ordinal);
        var refused = Assert.Throws<ProblemException>(() => RegistryDocument.Read(yaml, HubAddress, development: false));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(RegistryDocument.Read(yaml, HubAddress, development: true).Content.Systems[0].Keys[0].Development, Is.True);
    }

    [Test]
    public void Read_SameKeyUnderTwoSystems_IsRefused()
    {
        var pem = PublicPem();
        Assert.That(Refused(Yaml(pem, pem)).Items.Single().Subject, Does.EndWith("keys[0].pem"));
    }

    [Test]
    public void Read_PrivateKey_IsRefusedByName()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.That(Refused(Yaml(key.ExportPkcs8PrivateKeyPem())).Items.Single().Detail, Does.Contain("PRIVATE"));
    }

    [Test]
    public void Read_KeyOutsideTheProfile_IsRefused()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        foreach (var pem in new[] { weak.ExportSubjectPublicKeyInfoPem(), curve.ExportSubjectPublicKeyInfoPem(), "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" })
            Assert.That(Refused(Yaml(pem)).Items.Single().Subject, Does.EndWith("systems[0].keys[0].pem"), pem);
    }

    [Test]
    public void Read_Certificate_GivesKeyDigestAndValidity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        var content = Content(Yaml(certificate.ExportCertificatePem()));
        var registered = content.Systems[0].Keys[0];
        Assert.Multiple(() =>
        {
            Assert.That(registered.Key.CertificateSha256, Is.EqualTo(certificate.GetCertHash(HashAlgorithmName.SHA256)));
            Assert.That(registered.NotBefore, Is.EqualTo(Now.AddDays(-1)));
            Assert.That(registered.NotAfter, Is.EqualTo(Now.AddDays(1)));
            Assert.That(RegistryDocument.Write(Content(RegistryDocument.Write(content))), Is.EqualTo(RegistryDocument.Write(content)));
        });
    }

    [Test]
    public void Read_DeepNesting_IsRefusedWithoutHarm()
    {
        var problem = Refused("hub: " + new string('[', 100_000));
        Assert.That(problem.Items.Single().Subject, Does.EndWith("document"));
    }

    [Test]
    public void Read_OverlongText_IsRefused() =>
        Assert.That(Refused(new string(' ', (32 * 1024 * 1024) + 1)).Code, Is.SameAs(ProblemCode.RegistryInvalid));

    [TestCase("")]
    [TestCase("- a")]
    [TestCase("text")]
    [TestCase("a: b: c")]
    [TestCase("hub: H06.09/lgsp\n---\nhub: H06.09/lgsp")]
    [TestCase("? [a]\n: b")]
    [TestCase("{")]
    [TestCase("\t")]
    [TestCase("\0")]
    public void Read_NotAMapping_IsRefused(string yaml) => Assert.That(Refused(yaml).Code, Is.SameAs(ProblemCode.RegistryInvalid));

    private static Problem Refused(string yaml)
    {
        var refused = Assert.Throws<ProblemException>(() => RegistryDocument.Read(yaml, HubAddress, development: false));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        return refused.Problem;
    }
}
