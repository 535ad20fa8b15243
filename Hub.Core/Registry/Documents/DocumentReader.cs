using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>What was read, where, with the mistakes found so far.</summary>
internal sealed record Draft(RegistryContent Content, Places Places);

/// <summary>Reads the sections of a registry document. Objects whose identity cannot be read are left out, others are kept
/// with what could be read, so that later checks do not report what follows from an earlier mistake.</summary>
internal sealed class DocumentReader(Mistakes mistakes)
{
    private readonly Places _places = new();

    /// <summary>Reads a text; null when it cannot be read at all (the mistakes say why).</summary>
    internal Draft? Read(string text)
    {
        if (YamlReader.Read(text, mistakes) is not { } root) return null;
        var document = new ObjectReader(root, "", mistakes);
        var content = new RegistryContent
        {
            Hub = document.RequiredValue<SystemAddress>("hub", SystemAddress.TryParse, SystemForm.AddressRule) ?? default,
            Policy = document.Object(RegistrySections.Policy) is { } policy ? ObjectForms.Policy.ReadRecord(policy, _places) : new RegistryPolicy(),
            Levels = ReadAll(document, ObjectForms.Levels),
            Agencies = ReadAll(document, ObjectForms.Agencies),
            Codes = ReadAll(document, ObjectForms.Codes),
            Reorganisations = ReadAll(document, ObjectForms.Reorganisations),
            Anchors = ReadAll(document, ObjectForms.Anchors),
            Services = ReadAll(document, ObjectForms.Services),
            Groups = ReadAll(document, ObjectForms.Groups),
            People = ReadAll(document, ObjectForms.People),
            Systems = [.. document.Objects(RegistrySections.Systems).Select(o => SystemForm.ReadWithKeys(o, _places)).OfType<AgencySystem>()],
            Rights = Once(ReadAll(document, ObjectForms.Rights)),
        };
        document.Close();
        return new Draft(_places.Mark(content, document.Place), _places);
    }

    /// <summary>A right that is written twice word for word counts once; two different ones of the same name stay, and are refused.</summary>
    private static IReadOnlyList<Right> Once(IReadOnlyList<Right> rights)
    {
        var known = new Dictionary<string, Right>(StringComparer.Ordinal);
        return [.. rights.Where(r => known.TryAdd(r.Id!, r) || RightForm.NameOf(known[r.Id!]) != RightForm.NameOf(r))];
    }

    private IReadOnlyList<T> ReadAll<T>(ObjectReader document, SectionForm<T> form)
        where T : class => [.. document.Objects(form.Section).Select(o => form.ReadRecord(o, _places)).OfType<T>()];
}
