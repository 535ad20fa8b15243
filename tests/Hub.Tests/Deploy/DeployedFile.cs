using Hub.Host.CommandLine;
using Hub.Tests.House;
using YamlDotNet.RepresentationModel;

namespace Hub.Tests.Deploy;

/// <summary>Files of <c>deploy/</c>, read as what they are.</summary>
internal static class DeployedFile
{
    internal static string Text(params string[] path) => File.ReadAllText(Repository.PathOf(["deploy", .. path]));

    /// <summary>The documents of a YAML file, anchors and merges applied.</summary>
    internal static List<YamlNode> Yaml(params string[] path)
    {
        var stream = new YamlStream();
        stream.Load(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(Text(path)))));
        return [.. stream.Documents.Select(static d => d.RootNode)];
    }

    /// <summary>A node below, by keys and indexes; the test fails when it is not there.</summary>
    internal static YamlNode At(this YamlNode node, params object[] path)
    {
        foreach (var step in path)
        {
            node = (node, step) switch
            {
                (YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var found) ? found : throw new AssertionException($"No '{key}' in {string.Join(", ", map.Children.Keys)}"),
                (YamlSequenceNode list, int index) => list.Children[index],
                _ => throw new AssertionException($"'{step}' leads nowhere in {node}"),
            };
        }

        return node;
    }

    internal static string Word(this YamlNode node, params object[] path) => ((YamlScalarNode)node.At(path)).Value!;

    internal static string[] Words(this YamlNode node, params object[] path) => [.. ((YamlSequenceNode)node.At(path)).Children.Cast<YamlScalarNode>().Select(static c => c.Value!)];

    /// <summary>What the program's own command line says against these words.</summary>
    internal static IEnumerable<string> Mistakes(IEnumerable<string> arguments) => HubCommand.Create().Parse([.. arguments]).Errors.Select(static e => e.Message);

    /// <summary>The value of an option among arguments.</summary>
    internal static string Option(this string[] arguments, string name) => arguments[Array.IndexOf(arguments, name) + 1];
}
