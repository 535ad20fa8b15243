using System.Diagnostics;
using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;

namespace Hub.Tests.Registry;

public sealed class ObjectFormsTests
{
    [Test]
    public void Of_EveryMember_ComesBackFromItsObjects()
    {
        var content = WholeRegistry.Content;
        var objects = ObjectForms.Of(content).ToArray();
        var again = ObjectForms.Content(content.Hub, objects.Reverse());
        Assert.Multiple(() =>
        {
            Assert.That(ObjectForms.Of(again), Is.EqualTo(objects));
            Assert.That(RegistryDocument.Write(again), Is.EqualTo(RegistryDocument.Write(content)));
            Assert.That(objects.Select(o => o.Section).Distinct(), Is.EqualTo(RegistrySections.All));
            Assert.That(objects.Select(o => (o.Section, o.Id)), Is.Unique);
            foreach (var item in objects) Assert.That(item.Json, Is.EqualTo(SectionForm.Canonical(JsonNode.Parse(item.Json!)!.AsObject())));
        });
    }

    [Test]
    public void Of_TheExport_IsTheSameAgain()
    {
        var text = RegistryDocument.Write(WholeRegistry.Content);
        Assert.That(RegistryDocument.Write(RegistryDocument.Read(text, WholeRegistry.HubAddress, development: false).Content), Is.EqualTo(text));
        Assert.That(ObjectForms.Of(RegistryDocument.ReadStored(text)), Is.EqualTo(ObjectForms.Of(WholeRegistry.Content)));
    }

    [Test]
    public void Of_UsualPolicy_IsLeftOutAndCountsAsRemoved()
    {
        Assert.That(ObjectForms.Of(RegistrySamples.Content()).Select(o => o.Section), Has.None.EqualTo(RegistrySections.Policy));
        Assert.That(ObjectForms.ToObject(new RegistryPolicy()).Json, Is.Null);
    }

    [Test]
    public void ToObject_KeyWithCertificate_KeepsTheCertificate()
    {
        var key = ObjectForms.Of(WholeRegistry.Content).Single(o => o is { Section: RegistrySections.Keys, Id: "H06/qlvb k1" });
        Assert.That((string?)JsonNode.Parse(key.Json!)!["pem"], Is.EqualTo(WholeRegistry.LeafPem + "\n"));
        Assert.That((string?)JsonNode.Parse(key.Json!)!["system"], Is.EqualTo("H06/qlvb"));
        Assert.That(((OwnedKey)ObjectForms.Read(key)).Key.Certificate, Is.Not.Null);
    }

    [Test]
    public void ToObject_Right_IsNamedByWhatItSays()
    {
        var right = new Right("H06", ["vn.document.v1"], "*");
        var named = ObjectForms.ToObject(right);
        Assert.Multiple(() =>
        {
            Assert.That(named.Id, Does.Match("^r-[0-9a-f]{16}$"));
            Assert.That(named.Id[2..], Is.EqualTo(named.Digest[..16]));
            Assert.That(ObjectForms.ToObject(right with { Id = named.Id }), Is.EqualTo(named));
            Assert.That(ObjectForms.ToObject(right with { Id = "other" }).Json, Does.Contain("\"id\":\"other\""));
            Assert.That(((Right)ObjectForms.Read(named)).Id, Is.EqualTo(named.Id));
        });
    }

    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune"}""")]
    [TestCase("agencies", "H06.60", """{"code":"H06.60","name":"Xã","level":"commune","verified":false}""")]
    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune","verified":"false"}""")]
    [TestCase("levels", "x", """{"nameVi":"Cấp","order":3}""")]
    [TestCase("levels", "x", """{"nameVi":"Cấp","order":"3"}""")]
    [TestCase("codes", "qd20 H06.99", """{"agency":"H06"}""")]
    [TestCase("systems", "H06/x", """{"name":"x","policy":{"factor":1.5,"jitter":0}}""")]
    [TestCase("rights", "a", """{"from":"*","services":["*"],"to":"*"}""")]
    [TestCase("rights", null, """{"from":"*","services":["*"],"to":"*"}""")]
    [TestCase("policy", "policy", "{}")]
    public void Read_GoodInput_GivesARecord(string section, string? id, string json)
    {
        var mistakes = new Mistakes();
        var record = ObjectForms.Read(section, id, JsonNode.Parse(json)!.AsObject(), mistakes);
        mistakes.ThrowIfAny();
        Assert.That(id ?? ObjectForms.Name(record!).Id, Is.EqualTo(ObjectForms.Name(record!).Id));
    }

    [TestCase("nothing", "x", "{}", "nothing[x]")]
    [TestCase("agencies", "H06.60", """{"name":"Xã"}""", "agencies[H06.60].level")]
    [TestCase("agencies", "H06.60", """{"name":5,"level":"commune"}""", "agencies[H06.60].name")]
    [TestCase("agencies", "H06.60", """{"name":["Xã"],"level":"commune"}""", "agencies[H06.60].name")]
    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune","territoryCode":6}""", "agencies[H06.60].territoryCode")]
    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune","verified":1}""", "agencies[H06.60].verified")]
    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune","colour":"red"}""", "agencies[H06.60].colour")]
    [TestCase("agencies", "H06.60", """{"name":"Xã","level":"commune","code":"H06.61"}""", "agencies[H06.60]")]
    [TestCase("agencies", "H06.60", """{"name":"X\ud800","level":"commune"}""", "agencies[H06.60]")]
    [TestCase("levels", "x", """{"nameVi":"Cấp","order":3.5}""", "levels[x].order")]
    [TestCase("levels", "x", """{"nameVi":"Cấp","order":true}""", "levels[x].order")]
    [TestCase("systems", "H06/x", """{"name":"x","keys":[]}""", "systems[H06/x].keys")]
    [TestCase("systems", "H06/x", """{"name":"x","receives":[1]}""", "systems[H06/x].receives[0]")]
    [TestCase("keys", "H06/x", """{"pem":"x"}""", "keys[H06/x].id")]
    [TestCase("groups", "g", """{"rule":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}""", "groups[g]")]
    public void Read_BadInput_NamesThePlace(string section, string id, string json, string place)
    {
        var mistakes = new Mistakes();
        ObjectForms.Read(section, id, JsonNode.Parse(json)!.AsObject(), mistakes);
        var refused = Assert.Throws<ProblemException>(mistakes.ThrowIfAny);
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(refused.Problem.Items.Select(i => i.Subject), Does.Contain(place));
    }

    [Test]
    public void Read_NameTwice_IsRefused()
    {
        var mistakes = new Mistakes();
        ObjectForms.Read(RegistrySections.Levels, "x", JsonNode.Parse("""{"nameVi":"a","nameVi":"b"}""")!.AsObject(), mistakes);
        Assert.That(mistakes.Any, Is.True);
    }

    [Test]
    public void Read_DamagedObject_IsInvalidData()
    {
        foreach (var json in new[] { null, "", "[]", "{}", "{\"code\":\"x\"}", "{\"code\":\"x\",\"code\":\"x\",\"nameVi\":\"y\"}", "nonsense" })
            Assert.Throws<InvalidDataException>(() => ObjectForms.Read(new RegistryObject(RegistrySections.Levels, "x", json)), json ?? "");
    }

    [Test]
    public void Read_TwentyThousandRights_IsFast()
    {
        var objects = Enumerable.Range(0, 20_000)
            .Select(i => ObjectForms.ToObject(new Right($"H{i % 100:00}.{i:00000}", ["vn.document.v1"], "under:H06", Basis(i)))).ToArray();
        _ = ObjectForms.Content(WholeRegistry.HubAddress, objects.Take(2000));
        var clock = Stopwatch.StartNew();
        var content = ObjectForms.Content(WholeRegistry.HubAddress, objects);
        TestContext.Out.WriteLine($"{objects.Length} rights in {clock.Elapsed.TotalMilliseconds:0} ms");
        Assert.That(content.Rights, Has.Count.EqualTo(20_000));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "far beyond 7 µs each, even on a loaded machine");

        static int Basis(int i) => i % 3;
    }
}
