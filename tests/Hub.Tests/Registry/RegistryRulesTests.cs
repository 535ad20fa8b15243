using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;
using static Hub.Tests.Registry.WholeRegistry;

namespace Hub.Tests.Registry;

/// <summary>Rules of documents beyond their shape, for what every section may hold.</summary>
public sealed class RegistryRulesTests
{
    [Test]
    public void Read_EveryMember_IsValid() => Assert.That(Read(Yaml).Warnings, Is.Empty);

    [TestCase("singlePerson: [service]", "singlePerson: [everything]", "policy.singlePerson")]
    [TestCase("singlePerson: [service]", "singlePerson: [service, service]", "policy.singlePerson")]
    [TestCase("revocation: strict", "revocation: maybe", "policy.revocation")]
    [TestCase("territoryCode: \"06\"", "territoryCode: \"6\"", "agencies[0].territoryCode")]
    [TestCase("name: Sở mẫu", "name: Sở mẫu А", "agencies[1].name")]
    [TestCase("name: Sở mẫu", "name: \"Sở\\u202E mẫu\"", "agencies[1].name")]
    [TestCase("name: Sở mẫu", "name: \"Sở\\u200Bmẫu\"", "agencies[1].name")]
    [TestCase("code: H06.09,", "code: H06.0９,", "agencies[1].code")]
    [TestCase("scheme: qd20, code: H06.77", "scheme: qd20, code: H06.52", "codes[1].code")]
    [TestCase("scheme: qd20, code: H06.77", "scheme: qd20, code: 000.01.77.H06", "codes[1].code")]
    [TestCase("scheme: qd20, code: H06.77", "scheme: iso, code: H06.77", "codes[1].scheme")]
    [TestCase("code: H06.77, agency: H06.51", "code: H06.77, agency: H06.99", "codes[1].agency")]
    [TestCase("id: nq-3", "id: nq-2", "reorganisations[2].id")]
    [TestCase("id: nq-3", "id: nq 3", "reorganisations[2].id")]
    [TestCase("basis: Nghị quyết 1, acts: [{act: rename, agency: H06.51, name: Phường cũ}]", "basis: Nghị quyết 1, acts: []", "reorganisations[0].acts")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: rename, agency: H06.51", "reorganisations[0].acts[0].name")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: abolish, agency: H06.51", "reorganisations[0].acts[0].act")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: reopen, agency: H06.51, name: x", "reorganisations[0].acts[0].name")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: reopen, agency: H06.51", "reorganisations[0].acts[0].agency")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: rename, agency: H06.41, name: Phường", "reorganisations[0].acts[0].agency")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: rename, agency: H06.99, name: Phường", "reorganisations[0].acts[0].agency")]
    [TestCase("act: rename, agency: H06.51, name: Phường cũ", "act: rename, agency: H06.51, name: Phường cу", "reorganisations[0].acts[0].name")]
    [TestCase("act: move, agency: H06.51, parent: H06, level: commune", "act: move, agency: H06.51", "reorganisations[1].acts[0].parent")]
    [TestCase("act: move, agency: H06.51, parent: H06, level: commune", "act: move, agency: H06.51, level: canton", "reorganisations[1].acts[0].level")]
    [TestCase("act: move, agency: H06.51, parent: H06, level: commune", "act: move, agency: H06, parent: H06.40", "reorganisations[1].acts")]
    [TestCase("{agency: H06.50}]", "{agency: H06.41}]", "reorganisations[1].acts[2].successors[1].agency")]
    [TestCase("{agency: H06.50}]", "{agency: H06.40}]", "reorganisations[1].acts[2].successors")]
    [TestCase("{agency: H06.50}]", "{agency: H06.50, scope: [vn.none.v1]}]", "reorganisations[1].acts[2].successors[1].scope")]
    [TestCase(", {agency: H06.50}]", "]", "reorganisations[1].acts[2].successors")]
    [TestCase("closes: false, inheritRights: false, successors: [{agency: H06.51, scope: [vn.report.v1]}]", "closes: false, successors: [{agency: H06.51}]", "reorganisations[1].acts[3].successors")]
    [TestCase("act: dissolve, agency: H06.52, policy: refuse", "act: merge, agency: H06.52", "reorganisations[2].acts[1].successors")]
    [TestCase("act: dissolve, agency: H06.52, policy: refuse", "act: dissolve, agency: H06.52, closes: false", "reorganisations[2].acts[1].closes")]
    [TestCase("act: reopen, agency: H06.40}, ", "act: rename, agency: H06.40, name: Huyện}, ", "reorganisations[2].acts[0].agency")]
    [TestCase("onDead: skip", "onDead: jump", "services[0].onDead")]
    [TestCase("order: conversation, onDead: skip", "onDead: skip", "services[0].onDead")]
    [TestCase("provider: H06.09", "provider: H06.99", "services[0].provider")]
    [TestCase("function: documents", "function: Documents", "services[0].function")]
    [TestCase("format: json-schema", "format: relax-ng", "services[1].schema")]
    [TestCase("sunset: 2027-06-01", "sunset: 2026-01-01", "services[1].sunset")]
    [TestCase("replacedBy: vn.report.v2", "replacedBy: vn.report.v3", "services[1].replacedBy")]
    [TestCase("replacedBy: vn.report.v2", "replacedBy: vn.report.v1", "services[1].replacedBy")]
    [TestCase("name: period, path", "name: Period, path", "services[1].searchable[0].name")]
    [TestCase("reply: vn.reply.v1", "reply: vn.none.v1", "services[2].reply")]
    [TestCase("timeLimit: 10s", "timeLimit: 10m", "services[2].timeLimit")]
    [TestCase("confidentiality: end-to-end", "confidentiality: end-to-end, schema: {format: xsd, dialect: XSD 1.0, text: x}", "services[4].schema")]
    [TestCase("confidentiality: end-to-end", "confidentiality: end-to-end, schema: {format: xsd, dialect: XSD 1.0, file: x}", "services[4].schema.file")]
    [TestCase("rule: {level: commune, under: H06, receives: vn.document.v1}", "rule: {}", "groups[0].rule")]
    [TestCase("rule: {level: commune, under: H06, receives: vn.document.v1}", "rule: {level: canton}", "groups[0].rule.level")]
    [TestCase("rule: {level: commune, under: H06, receives: vn.document.v1}", "rule: {level: commune}, members: [H06]", "groups[0].rule")]
    [TestCase("name: auditor-1", "name: LAN.nguyễn", "people[0].name")]
    [TestCase("name: auditor-1", "name: audіtor-1", "people[1].name")]
    [TestCase("name: auditor-1", "name: auditor 1", "people[1].name")]
    [TestCase("role: auditor", "role: boss", "people[1].role")]
    [TestCase("under: H06, content", "under: H99, content", "people[0].under")]
    [TestCase("to: \"group:communes\"", "to: \"group:nobody\"", "rights[0].to")]
    [TestCase("conditions: {maxBytes: 1000", "conditions: {maxBytes: 0", "rights[1].conditions.maxBytes")]
    [TestCase("id: thoa-thuan-7", "id: thỏa-thuận-7", "rights[1].id")]
    public void Read_Mistake_IsNamedWithItsPlace(string right, string wrong, string place)
    {
        Assert.That(Yaml, Does.Contain(right));
        var refused = Assert.Throws<ProblemException>(() => Read(Yaml.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.That(refused!.Problem.Items.Select(i => i.Subject), Has.Some.Matches<string>(s => s.StartsWith("line ", StringComparison.Ordinal) && s.EndsWith(": " + place, StringComparison.Ordinal)));
    }

    [Test]
    public void Read_CyrillicLetterInACode_IsNamed()
    {
        var refused = Assert.Throws<ProblemException>(() => Read(Yaml.Replace("code: H06.09,", "code: Н06.09,", StringComparison.Ordinal)));
        Assert.That(refused!.Problem.Items, Has.Some.Matches<ProblemItem>(i => i.Detail.Contains("U+041D", StringComparison.Ordinal)));
    }

    [Test]
    public void Read_CodesThatLookAlike_AreAWarning()
    {
        var yaml = Yaml.Replace("codes:\n", "  - {code: H06.5O, name: Xã O, level: commune}\ncodes:\n", StringComparison.Ordinal);
        Assert.That(Read(yaml).Warnings, Has.Some.Contains("H06.5O"));
    }

    [Test]
    public void Read_LeafAsAnchor_IsRefused()
    {
        var yaml = Yaml.Replace("services:\n", $"  - {{name: ca2, pem: {RegistrySamples.Quoted(LeafPem)}}}\nservices:\n", StringComparison.Ordinal);
        Assert.That(Assert.Throws<ProblemException>(() => Read(yaml))!.Problem.Items.Single().Subject, Does.EndWith("anchors[1].pem"));
    }

    [Test]
    public void Read_KeyOfAPersonUnderASystemToo_IsRefused()
    {
        var pem = Content.People[0].Keys[0].Key.SubjectPublicKeyInfo;
        var yaml = RegistryDocument.Write(Content);
        var other = RegistrySamples.Quoted(PemEncoding.WriteString("PUBLIC KEY", Content.Systems.Single(s => s.Address.ToString() == "H06.51/qlvb").Keys[0].Key.SubjectPublicKeyInfo.Span));
        yaml = yaml.Replace(other[1..^1], RegistrySamples.Quoted(PemEncoding.WriteString("PUBLIC KEY", pem.Span))[1..^1], StringComparison.Ordinal);
        Assert.That(Assert.Throws<ProblemException>(() => Read(yaml))!.Problem.Items.Select(i => i.Subject), Has.Some.EndsWith("keys[0].pem"));
    }

    [Test]
    public void Read_SuccessorsOverNineSteps_AreRefused()
    {
        var agencies = Enumerable.Range(10, 12).Select(i => $"  - {{code: H07.{i}, name: Xã {i}, level: commune}}\n");
        var acts = Enumerable.Range(10, 9).Select(i => $"  - {{id: c-{i}, on: 2028-01-{i}, basis: b, acts: [{{act: merge, agency: H07.{i}, successors: [{{agency: H07.{i + 1}}}]}}]}}\n").ToArray();
        string With(int steps) => Yaml.Replace("codes:\n", string.Concat(agencies) + "codes:\n", StringComparison.Ordinal)
            .Replace("anchors:\n", string.Concat(acts.Take(steps)) + "anchors:\n", StringComparison.Ordinal);
        Assert.That(Read(With(8)).Content.Reorganisations, Has.Count.EqualTo(11));
        Assert.That(Assert.Throws<ProblemException>(() => Read(With(9)))!.Problem.Items.Single().Subject, Does.EndWith("reorganisations[11].acts[0].successors"));
    }

    [Test]
    public void Read_SuccessorsInACircle_AreRefused()
    {
        // H06.52 gives reports to H06.51 and stays open; then H06.51 closes in favour of H06.52.
        var yaml = Yaml.Replace("anchors:\n", "  - {id: nq-2b, on: 2026-08-01, basis: b, acts: [{act: merge, agency: H06.51, successors: [{agency: H06.52}]}]}\nanchors:\n", StringComparison.Ordinal);
        Assert.That(Assert.Throws<ProblemException>(() => Read(yaml))!.Problem.Items.Select(i => i.Subject), Has.Some.EndsWith("reorganisations[3].acts[0].successors"));
    }

    [TestCase("name: Phường cũ", "name: Phường xưa", false)]
    [TestCase("on: 2025-07-01, basis", "on: 2027-07-01, basis", false)]
    [TestCase("id: nq-1", "id: nq-0", false)]
    [TestCase("basis: Nghị quyết 2", "basis: Nghị quyết 22", true)]
    [TestCase("basis: Nghị quyết 3", "basis: Nghị quyết 33", true)]
    public void Read_OverABefore_PastReorganisationsAreHistory(string old, string changed, bool allowed)
    {
        var before = RulesIndex.Of(Content);
        var read = () => RegistryDocument.Read(Yaml.Replace(old, changed, StringComparison.Ordinal), before, new RulesContext(HubAddress, Development: false, Now));
        if (allowed) Assert.That(read().Content.Reorganisations, Has.Count.EqualTo(3));
        else Assert.That(Assert.Throws<ProblemException>(() => read())!.Problem.Items.Select(i => i.Subject), Has.Some.Contains("reorganisations["));
    }

    [Test]
    public void Read_CodeOfAnAgencyThatIsGone_GoesToNobodyElse()
    {
        var ledger = new CodeLedger();
        foreach (var record in ObjectForms.Records(Content)) ledger.Remember(record.Value!);
        var context = new RulesContext(HubAddress, Development: false, Now, ledger);
        string Without(string text) => text.Replace("  - {scheme: qd20, code: H06.77, agency: H06.51}\n", "", StringComparison.Ordinal);
        var reissued = Without(Yaml).Replace("codes:\n", "  - {code: H06.77, name: Xã cướp mã, level: commune}\ncodes:\n", StringComparison.Ordinal);
        var renamed = Yaml.Replace("name: Xã mới", "name: Xã mới hơn", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(Assert.Throws<ProblemException>(() => RegistryDocument.Read(reissued, null, context))!.Problem.Items.Single().Subject, Does.EndWith("agencies[7].code"));
            Assert.That(Assert.Throws<ProblemException>(() => RegistryDocument.Read(renamed, null, context))!.Problem.Items.Single().Subject, Does.EndWith("agencies[4].code"));
            Assert.That(RegistryDocument.Read(renamed, RulesIndex.Of(Content), context).Content.Agencies, Has.Count.EqualTo(7));
            Assert.That(RegistryDocument.Read(Yaml, null, context).Content.Agencies, Has.Count.EqualTo(7));
        });
    }

    private static CheckedRegistry Read(string yaml) => RegistryDocument.Read(yaml, null, new RulesContext(HubAddress, Development: false, Now));
}
