using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Host.Demo.Documents;
using Hub.Host.DevPki;
using YamlDotNet.RepresentationModel;

namespace Hub.Host.Demo;

/// <summary>The seed made fit for one run: development keys, and push addresses at free ports.</summary>
/// <param name="Yaml">The document to import, with key files named relative to the key folder.</param>
/// <param name="Content">What it says, with keys.</param>
internal sealed record DemoRegistry(string Yaml, RegistryContent Content)
{
    /// <summary>Every n-th system has an RSA key, the others P-256: both kinds travel.</summary>
    private const int RsaEvery = 25;

    /// <summary>Makes keys and document.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="keys">Where the keys are made.</param>
    /// <param name="ports">The real port for each port named in the seed.</param>
    public static DemoRegistry Make(string seed, DevelopmentKeyFolder keys, IReadOnlyDictionary<int, int> ports)
    {
        var systems = RegistryKeys.Systems(seed);
        for (var index = 0; index < systems.Count; index++)
            keys.Ensure(systems[index], index % RsaEvery == 0 ? DevelopmentKeyKind.Rsa2048 : DevelopmentKeyKind.Ec);
        var yaml = RegistryKeys.Add(Moved(seed, ports), DevelopmentKeyFolder.CertificateName);
        var hub = SystemAddress.Parse(((YamlScalarNode)RegistryKeys.Load(seed).Children["hub"]).Value!);
        return new DemoRegistry(yaml, RegistryDocument.Read(WithPem(yaml, keys.Path), hub, development: true).Content);
    }

    /// <summary>An agency as its documents name it.</summary>
    public Office Office(SystemAddress system) =>
        new(system.Agency.Value, Content.Agencies.First(agency => agency.Code == system.Agency).Name);

    private static string Moved(string seed, IReadOnlyDictionary<int, int> ports)
    {
        foreach (var (named, real) in ports)
            seed = seed.Replace(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{named}/"), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{real}/"), StringComparison.Ordinal);
        return seed;
    }

    /// <summary>As <c>hub import</c> does it: files become texts.</summary>
    private static string WithPem(string yaml, string folder)
    {
        var root = RegistryKeys.Load(yaml);
        foreach (var system in ((YamlSequenceNode)root.Children["systems"]).Children.OfType<YamlMappingNode>())
        {
            if (!system.Children.TryGetValue("keys", out var keys)) continue;
            foreach (var key in ((YamlSequenceNode)keys).Children.OfType<YamlMappingNode>())
            {
                var file = ((YamlScalarNode)key.Children["file"]).Value!;
                key.Children.Remove("file");
                key.Children["pem"] = File.ReadAllText(Path.Combine(folder, file));
            }
        }

        return RegistryKeys.Write(root);
    }
}
