using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Bulk;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Tests.Registry.Bulk;

public sealed class BulkFileTests
{
    private const string Header = "agency,system,name,channel,url,receives,keyId,keyUse,key,keyFile,proof,services\n";
    private static readonly string Pem = RegistrySamples.PublicPem();

    [Test]
    public void Read_Rows_BecomeChangesThatTheRulesAccept()
    {
        var plan = Read(Header
            + $"H06.51,web,Cổng,,https://x.example/in,vn.document.v1 vn.report.v2,k1,,\"{Pem}\",,,vn.document.v1 > H06 | vn.report.v2 < under:H06\n"
            + "H06.52,web,'=Cổng,mailbox,,,,,,,,\n"
            + "H06.51,web,,,,,k2,encryption,,keys/x.pem,,\n");
        var changes = plan.Patches.Single().Changes;
        var mistakes = new Mistakes();
        RegistryRules.CheckChanges(
            RulesIndex.Of(WholeRegistry.Content),
            [.. changes.Select(c => new SnapshotChange(c.Section, c.Id, ObjectForms.Read(c.Section, c.Id, c.Value!, mistakes)))],
            new RulesContext(WholeRegistry.HubAddress, Development: false, WholeRegistry.Now),
            mistakes);
        mistakes.ThrowIfAny();
        Assert.Multiple(() =>
        {
            Assert.That(plan.Summary, Is.EqualTo(new BulkSummary(3, 2, 2, 2, 2)));
            Assert.That(plan.Patches[0].Reason, Is.EqualTo("đợt 1"));
            Assert.That(changes.Select(c => (c.Section, c.IfMatch)).Distinct(), Is.EquivalentTo(new[] { ("systems", null), ("keys", null), ("rights", (string?)null) }));
            Assert.That((string?)changes.Single(c => c.Id == "H06.52/web").Value!["name"], Is.EqualTo("=Cổng"));
            Assert.That((string?)changes.Single(c => c.Id == "H06.51/web").Value!["channel"]!["kind"], Is.EqualTo("push"));
            Assert.That(plan.LineOf("keys", "H06.51/web k2"), Is.GreaterThan(plan.LineOf("systems", "H06.51/web")!.Value));
            Assert.That(plan.LineOf("systems", "H06.99/web"), Is.Null);
        });
    }

    [Test]
    public void Read_Yaml_SaysTheSame()
    {
        var yaml = $$"""
            systems:
              - {agency: H06.51, system: web, name: Cổng, url: "https://x.example/in", receives: [vn.document.v1, vn.report.v2], keyId: k1, key: {{RegistrySamples.Quoted(Pem)}}, services: ["vn.document.v1 > H06", "vn.report.v2 < under:H06"]}
            """;
        var csv = Read(Header + $"H06.51,web,Cổng,,https://x.example/in,vn.document.v1 vn.report.v2,k1,,\"{Pem}\",,,vn.document.v1 > H06 | vn.report.v2 < under:H06\n");
        Assert.That(Text(Read(yaml, BulkFormat.Yaml)), Is.EqualTo(Text(csv)));
    }

    [TestCase("Mã cơ quan;Mã hệ thống;Tên hệ thống;Loại nhận")]
    [TestCase("Ma co quan;MA HE THONG;ten_he_thong;Loai nhan")]
    [TestCase("Ma\u0303 co\u031B quan;Ma\u0303 he\u0323\u0302 tho\u0302\u0301ng;Te\u0302n;Loa\u0323i nha\u0323\u0302n")]
    public void Read_VietnameseHeaderWithAndWithoutMarks_IsUnderstood(string header) =>
        Assert.That(Read(header + "\nH06.51;web;Cổng;vn.document.v1\n").Summary.Systems, Is.EqualTo(1));

    [Test]
    public void Read_TenThousandSystems_AreBatchesOfFiveHundred()
    {
        var text = new StringWriter();
        var csv = new CsvWriter(text, ';') { ForSpreadsheets = true };
        csv.Write("Mã cơ quan", "Mã hệ thống", "Tên hệ thống", "Loại nhận");
        for (var i = 0; i < 10_000; i++) csv.Write($"H{i % 100:00}.{i:0000}", "qlvb", $"Hệ thống; \"số\" {i}", "vn.document.v1");
        var plan = Read(text.ToString());
        Assert.That(plan.Summary.Systems, Is.EqualTo(10_000));
        Assert.That(plan.Patches.Select(p => p.Changes.Count), Is.EqualTo(Enumerable.Repeat(500, 20)));
    }

    [TestCase("H06.51,web,Cổng,,,,,,,,,\nH06.51,web,Cổng,,,,,,,,,\n", "line 3: name", "line 3: row")]
    [TestCase("Н06.51,web,Cổng,,,,,,,,,\n", "line 2: agency")]
    [TestCase(",web,Cổng,,,,,,,,,\nH06,,Cổng,,,,,,,,,\nH06,web,,,,,,,,,,\n", "line 2: agency", "line 3: system", "line 4: H06/web.name")]
    [TestCase("H06.51,Web,Cổng,,,,,,,,,\n", "line 2: system")]
    [TestCase("H06.51,web,Cổng,fax,,,,,,,,\n", "line 2: channel")]
    [TestCase("H06.51,web,Cổng,push,,,,,,,,\n", "line 2: H06.51/web.channel.url")]
    [TestCase("H06.51,web,Cổng,,ftp://x,,,,,,,\n", "line 2: H06.51/web.channel.url")]
    [TestCase("H06.51,web,Cổng,,,Vn.X,,,,,,\n", "line 2: H06.51/web.receives[0]")]
    [TestCase("H06.51,web,Cổng,,,,k1,,,,,\n", "line 2: H06.51/web.pem")]
    [TestCase("H06.51,web,Cổng,,,,k1,,nonsense,,,\n", "line 2: H06.51/web.pem")]
    [TestCase("H06.51,web,Cổng,,,,,,x,,,\n", "line 2: key")]
    [TestCase("H06.51,web,Cổng,,,,k1,,,missing.pem,,\n", "line 2: keyFile")]
    [TestCase("H06.51,web,Cổng,,,,k1,,x,keys/x.pem,,\n", "line 2: keyFile")]
    [TestCase("H06.51,web,Cổng,,,,,,,,,vn.document.v1\n", "line 2: services")]
    [TestCase("H06.51,web,Cổng,,,,,,,,,vn.document.v1 > nowhere | x > H06\n", "line 2: services")]
    [TestCase("H06.51,web,Cổng,,,,,,,,,vn.document.v1 > H06|vn.document.v1 > H06\n", "line 2: H06.51/web")]
    [TestCase("H06.51,web,Cổng,,,,,,,,,,,,\n", "line 2: row")]
    [TestCase("", "line 1: file")]
    public void Read_Mistakes_AreAllToldByLine(string rows, params string[] places) => Assert.That(Refused(Header + rows), Is.SupersetOf(places));

    [TestCase("Mã cơ quan,Mã hệ thống,Tên hệ thống")]
    [TestCase("Ma co quan,HE THONG,Ten he thong")]
    [TestCase("co quan,Hệ thống,TÊN")]
    [TestCase("agency,sys tem,Te\u0302n he\u0323\u0302 tho\u0302\u0301ng")]
    public void Read_HeaderInVietnamese_NeedsNoMarks(string header)
    {
        var change = Read(header + "\nH06.51,web,Cổng\n").Patches.Single().Changes.Single();
        Assert.That((change.Id, (string?)change.Value!["name"]), Is.EqualTo(("H06.51/web", "Cổng")));
    }

    [TestCase("agency,system\nH06,web\n", "line 1: header")]
    [TestCase("agency,system,name,colour\nH06,web,x,red\n", "line 1: header")]
    [TestCase("agency,system,name,Tên\nH06,web,x,y\n", "line 1: header")]
    [TestCase("", "line 1: file")]
    public void Read_Header_IsDemanded(string text, string place) => Assert.That(Refused(text), Does.Contain(place));

    [TestCase("hub: x", "line 1: hub")]
    [TestCase("systems:\n  - {agency: H06, system: web, name: x, colour: red}", "line 2: systems[0].colour")]
    [TestCase("systems:\n  - {agency: &a H06, system: web, name: x}", "line 2: document")]
    public void Read_BadYaml_IsRefused(string yaml, string place) => Assert.That(
        Assert.Throws<ProblemException>(() => Read(yaml, BulkFormat.Yaml))!.Problem.Items.Select(i => i.Subject), Does.Contain(place));

    [Test]
    public void Read_KeyFileWithoutReader_IsRefused()
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Header + "H06.51,web,Cổng,,,,k1,,,/etc/passwd,,\n"));
        Assert.That(Assert.Throws<ProblemException>(() => BulkFile.Read(file, BulkFormat.Csv))!.Problem.Items.Single().Subject, Is.EqualTo("line 2: keyFile"));
    }

    [TestCase(BulkFormat.Csv)]
    [TestCase(BulkFormat.Yaml)]
    public void Read_AGigabyte_IsRefusedEarly(BulkFormat format)
    {
        using var file = new EndlessFile(Header, ' ', 1_000_000_000);
        Assert.That(Assert.Throws<ProblemException>(() => BulkFile.Read(file, format))!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(file.Position, Is.LessThan(50_000_000));
    }

    [Test]
    public void Template_BothLanguages_AreReadAsTheSame()
    {
        string Template(bool vietnamese)
        {
            var text = new StringWriter();
            BulkTemplate.Write(text, vietnamese);
            return text.ToString();
        }

        var (english, vietnamese) = (Read(Template(false)), Read(Template(true)));
        Assert.That(english.Summary, Is.EqualTo(new BulkSummary(1, 1, 1, 1, 2)).And.EqualTo(vietnamese.Summary));
        Assert.That(english.Patches[0].Changes.Select(c => c.Id), Is.EqualTo(vietnamese.Patches[0].Changes.Select(c => c.Id)));
    }

    [Test]
    public void Read_AnyMutation_IsReadOrRefused()
    {
        var text = Header + $"H06.51,web,Cổng,,https://x.example/in,vn.document.v1,k1,,\"{Pem}\",,,vn.document.v1 > H06\nH06.52,web,Cổng,mailbox,,,,,,,,\n";
        var edits = from at in Gen.Choose(0, text.Length - 1)
                    from cut in Gen.Choose(0, 12)
                    from put in Gen.Elements("", "\n", "\t", ",", ";", "\"", "'", "=", "\0", "\r", "|", ">", "\uFEFF", "Н")
                    select text[..at] + put + text[Math.Min(text.Length, at + cut)..];
        Prop.ForAll(Arb.From(edits), edited =>
        {
            try
            {
                return Read(edited).Patches.Count > 0;
            }
            catch (ProblemException refused)
            {
                return refused.Code == ProblemCode.RegistryInvalid && refused.Problem.Items.All(i => i.Subject.StartsWith("line ", StringComparison.Ordinal));
            }
        }).QuickCheckThrowOnFailure();
    }

    private static BulkPlan Read(string text, BulkFormat format = BulkFormat.Csv)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return BulkFile.Read(file, format, name => name.StartsWith("keys/", StringComparison.Ordinal) ? RegistrySamples.PublicPem() : throw new FileNotFoundException(name), "đợt 1");
    }

    private static IEnumerable<string> Refused(string text) => Assert.Throws<ProblemException>(() => Read(text))!.Problem.Items.Select(i => i.Subject);

    private static IEnumerable<string> Text(BulkPlan plan) => plan.Patches.SelectMany(p => p.Changes).Select(c => $"{c.Section} {c.Id} {SectionForm.Canonical(c.Value!)}");
}
