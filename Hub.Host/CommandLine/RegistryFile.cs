using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Host.DevPki;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hub.Host.CommandLine;

/// <summary>A registry document on the operator's disk, made ready for the hub: the key files it names become text in it.</summary>
/// <param name="Hub">The hub's address as the document says it.</param>
/// <param name="Text">The document to send.</param>
internal sealed record RegistryFile(SystemAddress Hub, string Text)
{
    /// <summary>Greatest document in bytes: what the hub takes.</summary>
    private const long MaxDocument = Api.OperatorEndpoints.MaxDocument;

    /// <summary>Greatest file that a document names: a schema of 512 Ki characters.</summary>
    private const int MaxFile = 2 * 1024 * 1024;

    /// <exception cref="FormatException">The file is no YAML mapping with <c>hub</c>, is too large, or names a private key.</exception>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>registry-invalid</c>: key files cannot be read.</exception>
    internal static async Task<RegistryFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxDocument } large)
            throw new FormatException($"'{path}' has {large.Length} bytes; a registry has at most {MaxDocument}.");
        var text = (await File.ReadAllTextAsync(path, cancellationToken)).TrimStart('\uFEFF');
        if (!SystemAddress.TryParse(HubOf(text), out var parsed))
            throw new FormatException($"'{path}' does not say 'hub: agency/system', whose registry it is.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new RegistryFile(parsed, RegistryFiles.Inline(text, file => ReadKey(Path.Combine(folder, file))));
    }

    /// <summary>What the document says of its hub: nearly always its first line, so the rest is not read for it.</summary>
    private static string? HubOf(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            parser.Consume<MappingStart>();
            while (parser.TryConsume<Scalar>(out var name))
            {
                if (name.Value == "hub") return parser.TryConsume<Scalar>(out var address) ? address.Value : null;
                parser.SkipThisAndNestedEvents();
            }

            return null;
        }
        catch (Exception malformed) when (malformed is not OutOfMemoryException)
        {
            // Says where, and what is wrong there.
            RegistryKeys.Load(text);
            return null;
        }
    }

    internal static string ReadKey(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > MaxFile) throw new IOException($"it has {file.Length} bytes; a public key, certificate or schema has at most {MaxFile}");
        var pem = File.ReadAllText(path);
        return pem.Contains("PRIVATE KEY", StringComparison.Ordinal)
            ? throw new FormatException($"'{path}' holds a private key. Name the certificate or public key; a private key never leaves its owner.")
            : pem;
    }
}
