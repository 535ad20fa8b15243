using Hub.Contracts.Problems;
using Hub.Core.Registry;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

public sealed class RegistryFilesTests
{
    [Test]
    public void Inline_KeyFiles_BecomeTextsOnTheSameLines()
    {
        var pem = PublicPem();
        var yaml = Yaml("PLACE").Replace("pem: \"PLACE\"", "file: keys/x.pem", StringComparison.Ordinal);
        var inlined = RegistryFiles.Inline(yaml, file => file == "keys/x.pem" ? pem : throw new FileNotFoundException(file));
        Assert.Multiple(() =>
        {
            Assert.That(inlined.Split('\n'), Has.Length.EqualTo(yaml.Split('\n').Length));
            Assert.That(RegistryDocument.Write(Content(inlined)), Does.Contain(pem.Split('\n')[1]));
        });
    }

    [TestCase("keys:\n  - id: k1\n    file: a.pem\n    development: true", "keys:\n  - id: k1\n    pem: \"X\"\n    development: true")]
    [TestCase("keys: [{id: k1, 'file': \"a.pem\"}]", "keys: [{id: k1, pem: \"X\"}]")]
    [TestCase("file: a.pem", "file: a.pem")]
    [TestCase("policy: {file: a.pem}", "policy: {file: a.pem}")]
    [TestCase("name: file\nkeys: []", "name: file\nkeys: []")]
    public void Inline_OnlyMembersOfKeys_AreReplaced(string yaml, string expected) =>
        Assert.That(RegistryFiles.Inline(yaml, _ => "X"), Is.EqualTo(expected));

    [Test]
    public void Inline_UnreadableFiles_AreAllListedWithLines()
    {
        var refused = Assert.Throws<ProblemException>(() => RegistryFiles.Inline("keys:\n  - file: a\n  - file: b", file => throw new FileNotFoundException(file)));
        Assert.That(refused!.Problem.Items.Select(i => i.Subject), Is.EqualTo(new[] { "line 2: file", "line 3: file" }));
    }

    [Test]
    public void Inline_NoYaml_IsRefused() =>
        Assert.That(Assert.Throws<ProblemException>(() => RegistryFiles.Inline("keys: [{file: a", _ => "X"))!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
}
