using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.Deploy;

[TestFixture]
public sealed class ComposeTests
{
    private static readonly YamlNode Compose = DeployedFile.Yaml("compose", "compose.yaml")[0];

    [TestCase("migrate")]
    [TestCase("first")]
    [TestCase("hub-1")]
    [TestCase("hub-2")]
    public void Command_OfEveryHub_IsOneThatTheProgramTakes(string service) =>
        Assert.That(DeployedFile.Mistakes(Compose.Words("services", service, "command")), Is.Empty);

    [TestCase("migrate")]
    [TestCase("hub-1")]
    [TestCase("hub-2")]
    public void Service_OfEveryHub_IsRootlessAndReadOnly(string service)
    {
        var hub = Compose.At("services", service);
        Assert.That((hub.Word("user"), hub.Word("read_only"), hub.Words("cap_drop")[0]), Is.EqualTo(("10001:10001", "true", "ALL")));
        Assert.That(hub.Words("security_opt"), Does.Contain("no-new-privileges:true"));
    }

    [TestCase("hub-1")]
    [TestCase("hub-2")]
    public void Node_HasItsOwnNameAndFolder_AndTimeToDrain(string service)
    {
        var hub = Compose.At("services", service);
        Assert.That(hub.Words("command").Option("--node"), Is.EqualTo(service));
        Assert.That(hub.Words("volumes"), Does.Contain($"{service}:/var/lib/hub"));
        Assert.That(int.Parse(hub.Word("stop_grace_period").TrimEnd('s'), CultureInfo.InvariantCulture), Is.GreaterThan(40));
        Assert.That(DeployedFile.Mistakes(hub.Words("healthcheck", "test")[2..]), Is.Empty);
    }

    [Test]
    public void Secrets_AreFilesThatTheScriptMakes()
    {
        var script = DeployedFile.Text("compose", "make-secrets.sh");
        foreach (var (name, secret) in (YamlMappingNode)Compose.At("secrets"))
            Assert.That(script, Does.Contain(Path.GetFileName(secret.Word("file"))), name.ToString());
        foreach (var (name, service) in (YamlMappingNode)Compose.At("services"))
        {
            if (!((YamlMappingNode)service).Children.TryGetValue(new YamlScalarNode("secrets"), out var used)) continue;
            foreach (var one in (YamlSequenceNode)used)
                Assert.That(() => Compose.At("secrets", one is YamlScalarNode plain ? plain.Value! : one.Word("source")), Throws.Nothing, name.ToString());
        }
    }

    [Test]
    public void Balancer_SendsToEveryNodeWhereItListens_AndAsksWhetherItIsReady()
    {
        var text = DeployedFile.Text("compose", "haproxy.cfg");
        foreach (var node in new[] { "hub-1", "hub-2" })
        {
            var listen = new Uri(Compose.Words("services", node, "command").Option("--listen"));
            Assert.That(text, Does.Match($@"server {node} {node}:{listen.Port} .*verifyhost {node}\b"));
        }

        Assert.That(text, Does.Contain("uri /health/ready").And.Contain("verify required"));
        Assert.That(ApiPaths.All, Does.Contain("/health/ready"));
    }

    [Test]
    public void Balancer_IsTheProxyThatNodesTrust() =>
        Assert.That(Compose.Word("networks", "inside", "ipam", "config", 0, "subnet"), Is.EqualTo(Compose.Words("services", "hub-1", "command").Option("--trusted-proxy")));
}
