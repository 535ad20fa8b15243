using Hub.Host.CommandLine;
using Hub.Host.DevPki;
using Hub.Tests.Storage;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class RegistryFileTests
{
    private const string Pem = "-----BEGIN PUBLIC KEY-----\nAAA\nBBB\n-----END PUBLIC KEY-----\n";
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Read_KeyFiles_BecomePemWithoutMovingALine()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "a.pem"), Pem);
        const string Yaml = """
            hub: H06.09/lgsp # the hub
            systems:
              - {address: H06/a, keys: [{id: k1, file: a.pem, development: true}, {file: "a.pem", id: k2}]}
              - address: H06/b
                keys:
                  - id: k1
                    file: a.pem   # here
                    notBefore: 2026-01-01
            groups: []
            """;
        var file = await ReadAsync(Yaml);
        var keys = RegistryKeys.Load(file.Text)["systems"].AllNodes.OfType<YamlMappingNode>().Where(static node => node.Children.ContainsKey("pem")).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(file.Hub.ToString(), Is.EqualTo("H06.09/lgsp"));
            Assert.That(keys, Has.Count.EqualTo(3));
            Assert.That(keys.Select(static key => ((YamlScalarNode)key["pem"]).Value), Is.All.EqualTo(Pem));
            Assert.That(file.Text.Split('\n'), Has.Length.EqualTo(Yaml.Split('\n').Length));
            Assert.That(file.Text, Does.Contain("# here").And.Contain("notBefore: 2026-01-01"));
        });
    }

    [Test]
    public async Task Read_PrivateKeyNamed_Refuses()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "a.pem"), "-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----\n");
        Assert.That(() => ReadAsync("hub: H06.09/lgsp\nsystems: [{address: H06/a, keys: [{id: k1, file: a.pem}]}]\n"), Throws.InstanceOf<FormatException>());
    }

    [TestCase("")]
    [TestCase("- a\n")]
    [TestCase("systems: []\n")]
    [TestCase("hub: nonsense\n")]
    [TestCase("hub: [\n")]
    public void Read_NoRegistry_Refuses(string yaml) => Assert.That(() => ReadAsync(yaml), Throws.InstanceOf<FormatException>());

    [Test]
    public void Read_AGigabyte_IsRefusedUnread()
    {
        var path = Path.Combine(_folder.Path, "large.yaml");
        using (var file = File.Create(path)) file.SetLength(1 << 30);
        var before = GC.GetTotalAllocatedBytes();
        Assert.That(() => RegistryFile.ReadAsync(path, CancellationToken.None), Throws.InstanceOf<FormatException>());
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(50_000_000));
    }

    private async Task<RegistryFile> ReadAsync(string yaml)
    {
        var path = Path.Combine(_folder.Path, "registry.yaml");
        await File.WriteAllTextAsync(path, yaml);
        return await RegistryFile.ReadAsync(path, CancellationToken.None);
    }
}
