using Hub.Contracts.Addresses;
using YamlDotNet.RepresentationModel;

namespace Hub.Host.DevPki;

/// <summary>Adds development keys to the systems of a registry document. The document itself is judged by the import.</summary>
internal static class RegistryKeys
{
    /// <summary>The systems of a document that hold a key of their own: neither the hub itself nor apps on the bus, whose
    /// keys the hub makes.</summary>
    /// <exception cref="FormatException">The text is no registry document.</exception>
    public static IReadOnlyList<SystemAddress> Systems(string yaml) =>
        [.. Holders(Load(yaml)).Select(static system => Address(system))];

    /// <summary>The document with one key for every such system.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="certificateFile">Where the certificate of a system is, as the document is to name it.</param>
    /// <param name="encryptionFile">Where its encryption certificate is; null gives it none.</param>
    /// <exception cref="FormatException">The text is no registry document.</exception>
    public static string Add(string yaml, Func<SystemAddress, string> certificateFile, Func<SystemAddress, string>? encryptionFile = null)
    {
        var root = Load(yaml);
        foreach (var system in Holders(root)) system.Children["keys"] = Keys(Address(system), certificateFile, encryptionFile);
        return Write(root);
    }

    /// <summary>A document that says only the keys of some systems, to be copied into a registry.</summary>
    public static string Fragment(IEnumerable<SystemAddress> systems, Func<SystemAddress, string> certificateFile, Func<SystemAddress, string>? encryptionFile = null)
    {
        var list = new YamlSequenceNode(systems.Select(system => new YamlMappingNode
        {
            { "address", system.ToString() },
            { "keys", Keys(system, certificateFile, encryptionFile) },
        }));
        return Write(new YamlMappingNode { { "systems", list } });
    }

    /// <summary>Reads the root of a document.</summary>
    /// <exception cref="FormatException">The text is no mapping in YAML.</exception>
    public static YamlMappingNode Load(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }] ? root : throw new FormatException("A registry, or a part of one, is a YAML mapping of sections, e.g. 'agencies: [{code: H29.12, …}]'; this file is empty or something else.");
        }
        catch (YamlDotNet.Core.YamlException broken)
        {
            throw new FormatException($"Line {broken.Start.Line}: {broken.Message}", broken);
        }
    }

    /// <summary>Writes a document.</summary>
    public static string Write(YamlMappingNode root)
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private static YamlSequenceNode Keys(SystemAddress system, Func<SystemAddress, string> certificateFile, Func<SystemAddress, string>? encryptionFile)
    {
        var keys = new YamlSequenceNode(new YamlMappingNode
        {
            { "id", DevelopmentKeyFolder.KeyId },
            { "file", certificateFile(system) },
            { "development", "true" },
        });
        if (encryptionFile is null) return keys;
        keys.Add(new YamlMappingNode
        {
            { "id", DevelopmentKeyFolder.EncryptionKeyId },
            { "file", encryptionFile(system) },
            { "use", "encryption" },
            { "development", "true" },
        });
        return keys;
    }

    private static IEnumerable<YamlMappingNode> Holders(YamlMappingNode root)
    {
        var hub = Text(root, "hub");
        if (!root.Children.TryGetValue("systems", out var systems) || systems is not YamlSequenceNode list)
            throw new FormatException("The registry has no 'systems'.");
        return list.Children.OfType<YamlMappingNode>().Where(system =>
            Text(system, "address") != hub
            && !(system.Children.TryGetValue("channel", out var channel) && channel is YamlMappingNode settings && Text(settings, "kind") == "app"));
    }

    private static SystemAddress Address(YamlMappingNode system) => SystemAddress.Parse(Text(system, "address") ?? "");

    private static string? Text(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) ? (value as YamlScalarNode)?.Value : null;
}
