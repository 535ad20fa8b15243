using System.Text;
using Hub.Contracts.Addresses;
using Hub.Host.DevPki;
using YamlDotNet.RepresentationModel;

namespace Hub.Host.CommandLine;

/// <summary>A registry document on the operator's disk, made ready for the hub: <c>keys.file</c> becomes <c>pem</c>. Only
/// those places of the text change, and no line moves, so that the hub's mistakes name the operator's own lines.</summary>
/// <param name="Hub">The hub's address as the document says it.</param>
/// <param name="Text">The document to send.</param>
internal sealed record RegistryFile(SystemAddress Hub, string Text)
{
    private const int MaxKeyFile = 64 * 1024;

    /// <exception cref="FormatException">The file is no YAML mapping with <c>hub</c>.</exception>
    /// <exception cref="IOException">The file, or a key file it names, cannot be read.</exception>
    internal static async Task<RegistryFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var text = (await File.ReadAllTextAsync(path, cancellationToken)).TrimStart('\uFEFF');
        var root = RegistryKeys.Load(text);
        if (!root.Children.TryGetValue("hub", out var hub) || hub is not YamlScalarNode { Value: { } address } || !SystemAddress.TryParse(address, out var parsed))
            throw new FormatException($"'{path}' does not say 'hub: agency/system', whose registry it is.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var result = new StringBuilder(text);
        foreach (var (key, value) in KeyFiles(root).OrderByDescending(static pair => pair.Key.Start.Index))
        {
            var (start, end) = ((int)key.Start.Index, (int)value.End.Index);
            result.Remove(start, end - start).Insert(start, $"pem: {Quote(ReadKey(Path.Combine(folder, value.Value!)))}");
        }

        return new RegistryFile(parsed, result.ToString());
    }

    private static IEnumerable<(YamlScalarNode Key, YamlScalarNode Value)> KeyFiles(YamlMappingNode root) =>
        from system in List(root, "systems")
        from key in List(system, "keys")
        from member in key.Children
        where member is { Key: YamlScalarNode { Value: "file" }, Value: YamlScalarNode { Value: not null } }
        select ((YamlScalarNode)member.Key, (YamlScalarNode)member.Value);

    private static IEnumerable<YamlMappingNode> List(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var list) && list is YamlSequenceNode sequence ? sequence.Children.OfType<YamlMappingNode>() : [];

    private static string ReadKey(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > MaxKeyFile) throw new FormatException($"The key file '{path}' has {file.Length} bytes; a public key or certificate has at most {MaxKeyFile}.");
        var pem = File.ReadAllText(path);
        return pem.Contains("PRIVATE KEY", StringComparison.Ordinal)
            ? throw new FormatException($"'{path}' holds a private key. Name the certificate or public key; a private key never leaves its owner.")
            : pem;
    }

    private static string Quote(string pem) =>
        "\"" + pem.Replace("\r", "", StringComparison.Ordinal).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
