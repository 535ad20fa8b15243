using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.Deploy;

/// <summary>One rule of <c>deploy/prometheus/alerts.yaml</c>.</summary>
public sealed record AlertRule(string Name, string Expression, string For, string Severity, IReadOnlyDictionary<string, string> Annotations)
{
    public override string ToString() => Name;
}

/// <summary>The alert rules and the dashboard.</summary>
internal static class WatchedFiles
{
    internal static IReadOnlyList<AlertRule> Rules { get; } = [.. DeployedFile.Yaml("prometheus", "alerts.yaml")[0].Sequence("groups").SelectMany(static g => g.Sequence("rules")).Select(static r => new AlertRule(
        r.Word("alert"), r.Word("expr"), r.Word("for"), r.Word("labels", "severity"),
        ((YamlMappingNode)r.At("annotations")).Children.ToDictionary(static a => ((YamlScalarNode)a.Key).Value!, static a => ((YamlScalarNode)a.Value).Value!, StringComparer.Ordinal)))];

    internal static JsonNode Dashboard { get; } = JsonNode.Parse(DeployedFile.Text("grafana", "hub.json"))!;

    internal static IReadOnlyList<JsonNode> Panels { get; } = [.. Dashboard["panels"]!.AsArray().Select(static p => p!)];

    /// <summary>Every expression, with where it stands.</summary>
    internal static IEnumerable<(string Place, string Expression)> Expressions =>
        Rules.Select(static r => (r.Name, r.Expression)).Concat(Panels.SelectMany(static p =>
            (p["targets"]?.AsArray() ?? []).Select(t => (p["title"]!.GetValue<string>(), t!["expr"]!.GetValue<string>()))));

    private static IEnumerable<YamlNode> Sequence(this YamlNode node, string name) => ((YamlSequenceNode)node.At(name)).Children;
}
