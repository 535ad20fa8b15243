using Hub.Host.CommandLine;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class RegistryPatchFileTests
{
    [Test]
    public void Read_PartOfADocument_NestedKeysBecomeObjectsOfTheirOwn()
    {
        var changes = RegistryPatchFile.Read(
            """
            hub: H06.09/lgsp
            agencies: [{code: H06.01, name: "007", verified: false}]
            systems:
              - address: H06.01/qlvb
                policy: {maxAttempts: 3}
                keys: [{id: k1, pem: x}]
            policy: {certificatesRequired: true}
            """,
            ".");
        Assert.That(changes.Select(static c => c!.ToJsonString()), Is.EqualTo(new[]
        {
            """{"section":"agencies","id":"","value":{"code":"H06.01","name":"007","verified":false}}""",
            """{"section":"systems","id":"","value":{"address":"H06.01/qlvb","policy":{"maxAttempts":3}}}""",
            """{"section":"keys","id":"","value":{"id":"k1","pem":"x","system":"H06.01/qlvb"}}""",
            """{"section":"policy","id":"policy","value":{"certificatesRequired":true}}""",
        }));
    }

    [Test]
    public void Read_PatchInJson_IsTakenAsItIs() =>
        Assert.That(
            RegistryPatchFile.Read("""{"changes":[{"section":"rights","id":"r-1","ifMatch":""}],"reason":"x"}""", ".").ToJsonString(),
            Is.EqualTo("""[{"section":"rights","id":"r-1","ifMatch":""}]"""));

    [TestCase("nothing: []")]
    [TestCase("hub: H06.09/lgsp")]
    [TestCase("agencies: {code: H06}")]
    [TestCase("agencies: [H06]")]
    [TestCase("- a")]
    [TestCase("agencies: [")]
    public void Read_SomethingElse_Refuses(string text) => Assert.That(() => RegistryPatchFile.Read(text, "."), Throws.Exception);
}
