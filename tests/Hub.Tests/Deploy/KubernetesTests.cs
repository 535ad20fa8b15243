using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.Deploy;

[TestFixture]
public sealed class KubernetesTests
{
    private static readonly List<YamlNode> Manifests = [.. DeployedFile.Yaml("kubernetes", "hub.yaml"), .. DeployedFile.Yaml("kubernetes", "migrate.yaml")];

    private static YamlNode Pod(string kind) => Of(kind).At("spec", "template", "spec");

    private static YamlNode Hub => Pod("StatefulSet").At("containers", 0);

    private static YamlNode Of(string kind) => Manifests.First(m => m.Word("kind") == kind);

    [Test]
    public void Arguments_OfHubAndMigration_AreOnesThatTheProgramTakes()
    {
        foreach (var container in new[] { Hub, Pod("Job").At("containers", 0) })
            Assert.That(DeployedFile.Mistakes(container.Words("args")), Is.Empty);
    }

    [TestCase("startupProbe", "/health/ready")]
    [TestCase("readinessProbe", "/health/ready")]
    [TestCase("livenessProbe", "/health/live")]
    public void Probe_AsksWhereTheProgramAnswers(string probe, string path)
    {
        var get = Hub.At(probe, "httpGet");
        Assert.That((get.Word("path"), get.Word("scheme"), get.Word("port")), Is.EqualTo((path, "HTTPS", Hub.Word("ports", 0, "name"))));
        Assert.That(ApiPaths.All, Does.Contain(path));
    }

    [Test]
    public void Ports_AreOneAndTheSame()
    {
        var listen = new Uri(Hub.Words("args").Option("--listen"));
        var port = listen.Port.ToString(CultureInfo.InvariantCulture);
        Assert.That(Hub.Word("ports", 0, "containerPort"), Is.EqualTo(port));
        Assert.That(Of("NetworkPolicy").Word("spec", "ingress", 0, "ports", 0, "port"), Is.EqualTo(port));
        foreach (var service in Manifests.Where(static m => m.Word("kind") == "Service"))
            Assert.That(service.Word("spec", "ports", 0, "targetPort"), Is.EqualTo(Hub.Word("ports", 0, "name")));
    }

    [Test]
    public void Startup_WaitsLongerThanTheHubWaitsForItsStore()
    {
        var probe = Hub.At("startupProbe");
        var allowed = int.Parse(probe.Word("periodSeconds"), CultureInfo.InvariantCulture) * int.Parse(probe.Word("failureThreshold"), CultureInfo.InvariantCulture);
        Assert.That(allowed, Is.GreaterThan(int.Parse(Hub.Words("args").Option("--store-wait"), CultureInfo.InvariantCulture)));
    }

    [Test]
    public void Grace_HoldsThePauseBeforeAndTheDrain()
    {
        var pause = int.Parse(Hub.Words("lifecycle", "preStop", "exec", "command")[^1], CultureInfo.InvariantCulture);
        Assert.That(int.Parse(Pod("StatefulSet").Word("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture), Is.GreaterThanOrEqualTo(pause + 40));
    }

    [TestCase("StatefulSet")]
    [TestCase("Job")]
    public void Pods_MeetTheRestrictedStandard(string kind)
    {
        var pod = Pod(kind);
        Assert.That((pod.Word("securityContext", "runAsNonRoot"), pod.Word("securityContext", "seccompProfile", "type")), Is.EqualTo(("true", "RuntimeDefault")));
        foreach (var container in ((YamlSequenceNode)pod.At("initContainers")).Concat((YamlSequenceNode)pod.At("containers")))
        {
            var context = container.At("securityContext");
            Assert.That((context.Word("allowPrivilegeEscalation"), context.Word("readOnlyRootFilesystem"), context.Words("capabilities", "drop")[0]), Is.EqualTo(("false", "true", "ALL")));
        }
    }

    [TestCase("StatefulSet")]
    [TestCase("Job")]
    public void Mounts_NameVolumesThatAreThere(string kind)
    {
        var pod = Pod(kind);
        string[] volumes = [.. ((YamlSequenceNode)pod.At("volumes")).Select(static v => v.Word("name"))];
        foreach (var container in ((YamlSequenceNode)pod.At("initContainers")).Concat((YamlSequenceNode)pod.At("containers")))
            foreach (var mount in (YamlSequenceNode)container.At("volumeMounts"))
                Assert.That(volumes, Does.Contain(mount.Word("name")));
    }

    [Test]
    public void Selectors_MeetTheSamePods()
    {
        var labels = Of("StatefulSet").Word("spec", "template", "metadata", "labels", "app");
        Assert.That(Of("PodDisruptionBudget").Word("spec", "selector", "matchLabels", "app"), Is.EqualTo(labels));
        Assert.That(Of("NetworkPolicy").Word("spec", "podSelector", "matchLabels", "app"), Is.EqualTo(labels));
        foreach (var service in Manifests.Where(static m => m.Word("kind") == "Service")) Assert.That(service.Word("spec", "selector", "app"), Is.EqualTo(labels));
        Assert.That(Manifests.Any(m => m.Word("kind") == "Service" && m.Word("metadata", "name") == Of("StatefulSet").Word("spec", "serviceName")));
    }
}
