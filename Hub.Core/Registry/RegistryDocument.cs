using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry;

/// <summary>A registry as one YAML document: the whole desired state, see <c>schemas/registry.schema.json</c>.</summary>
public static class RegistryDocument
{
    /// <summary>Writes the one normal form; reading it gives an equal content.</summary>
    public static string Write(RegistryContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return DocumentWriter.Write(content);
    }

    /// <summary>Reads and checks a document.</summary>
    /// <param name="yaml">The text; at most 32 Mi characters.</param>
    /// <param name="hub">The address of the hub that it must belong to.</param>
    /// <param name="development">Whether keys made by <c>hub dev-pki</c> are accepted.</param>
    /// <param name="before">What is in force, for rules on changes; null when nothing is.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake, each with its line.</exception>
    public static CheckedRegistry Read(string yaml, SystemAddress hub, bool development, RegistryContent? before = null) =>
        Read(yaml, before is null ? null : RulesIndex.Of(before), new RulesContext(hub, development));

    /// <summary>Reads and checks a document with all that is known.</summary>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake, each with its line.</exception>
    internal static CheckedRegistry Read(string yaml, IRegistryLookup? before, RulesContext context)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var mistakes = new Mistakes();
        var draft = new DocumentReader(mistakes).Read(yaml);
        var warnings = draft is null ? [] : RegistryRules.Check(draft, before, context, mistakes);
        mistakes.ThrowIfAny();
        return new CheckedRegistry(draft!.Content, warnings);
    }

    /// <summary>Reads the normal form back from the store: checked when it was imported, so only its shape is read.</summary>
    /// <exception cref="InvalidDataException">The stored document is damaged.</exception>
    internal static RegistryContent ReadStored(string yaml)
    {
        var mistakes = new Mistakes();
        var draft = new DocumentReader(mistakes).Read(yaml);
        try
        {
            mistakes.ThrowIfAny();
        }
        catch (ProblemException damaged)
        {
            throw new InvalidDataException("The stored registry cannot be read. Restore the data folder from a backup.", damaged);
        }

        return draft!.Content;
    }
}

/// <summary>A content that fulfils every rule.</summary>
/// <param name="Content">What the document says.</param>
/// <param name="Warnings">What is odd, though allowed.</param>
public sealed record CheckedRegistry(RegistryContent Content, IReadOnlyList<string> Warnings);
