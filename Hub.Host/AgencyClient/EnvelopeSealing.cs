using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;

namespace Hub.Host.AgencyClient;

/// <summary>Seals the content of one envelope for everybody who is to read it.</summary>
/// <param name="Format">The format of the payload; attachments are always JWE.</param>
/// <param name="Keys">One key per recipient system.</param>
/// <param name="Binding">Who seals for whom; null when a recipient is not known by name.</param>
/// <param name="SealNames">Whether names of attachments are sealed too.</param>
internal sealed record EnvelopeSealing(SealFormat Format, IReadOnlyList<SealingKey> Keys, SealBinding? Binding, bool SealNames)
{
    /// <summary>Greatest file that is sealed (96 MiB): sealed it has a third more, and is to be opened within 128 MiB.</summary>
    private const long MaxFile = 96 * 1024 * 1024;

    private int _attachments;

    /// <summary>With keys that the user names.</summary>
    public static EnvelopeSealing With(SealFormat format, SystemAddress self, IReadOnlyList<RecipientAddress> to, IReadOnlyList<NamedKeyFile> files, bool sealNames)
    {
        var only = files.Count == 1 && to is [{ Kind: RecipientKind.System } one] ? one.System : (SystemAddress?)null;
        var keys = files.Select(file => (file.Owner is null ? file with { Owner = only } : file).Public()).ToList();
        var binding = keys.TrueForAll(static key => key.Owner is not null) ? new SealBinding(self, [.. keys.Select(static key => key.Owner!.Value)]) : null;
        return new EnvelopeSealing(format, keys, binding, sealNames);
    }

    /// <summary>With the keys that the hub's registry has for the recipients.</summary>
    /// <exception cref="ProblemException"><c>confidentiality-required</c>: some have none.</exception>
    public static async Task<EnvelopeSealing> ResolveAsync(
        SealFormat format, HubClient client, IReadOnlyList<RecipientAddress> to, MessageType type, bool sealNames, CancellationToken cancellationToken)
    {
        var systems = new Dictionary<SystemAddress, ResolvedSystem>();
        foreach (var address in to)
            foreach (var system in await client.ResolveAsync(address, type, cancellationToken)) systems.TryAdd(system.System, system);
        var without = systems.Values.Where(static system => system.Keys.Count == 0).Select(static system => system.System.ToString()).ToList();
        if (without.Count > 0)
            throw ProblemCode.ConfidentialityRequired.With(
                $"{string.Join(", ", without.Take(10))}{(without.Count > 10 ? $" and {without.Count - 10} more" : "")} registered no encryption key, so nothing can be sealed for them, and nothing was sent. Ask them to register one (use: encryption), or leave them out.");
        return new EnvelopeSealing(
            format, [.. systems.Values.Select(static system => system.Keys[0])], new SealBinding(client.Self, [.. systems.Keys]), sealNames);
    }

    /// <summary>The sealed payload.</summary>
    public Payload Seal(Payload plain) => SealedPayload.Seal(plain, Format.Encryption, Keys, Binding, Format.Transport);

    /// <summary>A file's sealed bytes, with the name and media type of the attachment.</summary>
    /// <exception cref="FormatException">The file is too large.</exception>
    public (string Name, string MediaType, byte[] Octets) SealFile(string path)
    {
        var size = new FileInfo(path).Length;
        if (size > MaxFile) throw new FormatException($"{path} has {size} bytes; at most {MaxFile} are sealed at once. Split it, or seal it with a tool of your own.");
        var name = Path.GetFileName(path);
        var octets = SealedAttachment.Seal(name, MediaTypes.Of(path), File.ReadAllBytes(path), Keys, Binding, SealNames);
        return (SealedAttachment.NameOf(name, SealNames ? ++_attachments : null), Jwe.MediaTypeFor(Keys.Count), octets);
    }
}
