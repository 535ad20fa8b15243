using Hub.Contracts.Addresses;
using Hub.Host.DevPki;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.DevPki;

public class RegistryKeysTests
{
    private const string Registry = """
        hub: H06.09/lgsp
        systems:
          - {address: H06.09/lgsp, name: The hub}
          - {address: H06/archive, name: An app, channel: {kind: app, app: archive}}
          - {address: H06/qlvb, name: A system, channel: {kind: mailbox}}
        """;

    [Test]
    public void Systems_OfARegistry_AreThoseThatHoldTheirOwnKey() =>
        Assert.That(RegistryKeys.Systems(Registry), Is.EqualTo(new[] { SystemAddress.Parse("H06/qlvb") }));

    [Test]
    public void Add_Keys_MarksThemAsDevelopmentAndChangesNothingElse()
    {
        var before = (YamlSequenceNode)RegistryKeys.Load(Registry).Children["systems"];
        var after = (YamlSequenceNode)RegistryKeys.Load(RegistryKeys.Add(Registry, static system => $"{system.System}.pem")).Children["systems"];
        var key = (YamlMappingNode)((YamlSequenceNode)((YamlMappingNode)after[2]).Children["keys"])[0];
        Assert.That(key.ToString(), Is.EqualTo("{ { id, k1 }, { file, qlvb.pem }, { development, true } }"));
        ((YamlMappingNode)after[2]).Children.Remove("keys");
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void Add_EncryptionKeys_NamesTheirUse()
    {
        var systems = (YamlSequenceNode)RegistryKeys.Load(RegistryKeys.Add(Registry, static system => $"{system.System}.pem", static system => $"{system.System}.enc.pem")).Children["systems"];
        var keys = (YamlSequenceNode)((YamlMappingNode)systems[2]).Children["keys"];
        Assert.That(keys[1].ToString(), Is.EqualTo("{ { id, e1 }, { file, qlvb.enc.pem }, { use, encryption }, { development, true } }"));
    }

    [TestCase("- a list")]
    [TestCase("hub: [")]
    [TestCase("hub: H06.09/lgsp")]
    public void Systems_OfSomethingElse_IsRefused(string text) => Assert.Throws<FormatException>(() => RegistryKeys.Systems(text));
}
