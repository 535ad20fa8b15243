using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry.Documents;

/// <summary>The objects of a registry in their one normal form, and back. Records are <see cref="RegistryPolicy"/>,
/// <see cref="Level"/>, <see cref="Agency"/>, <see cref="CodeEntry"/>, <see cref="Reorganisation"/>, <see cref="TrustAnchor"/>,
/// <see cref="Service"/>, <see cref="Group"/>, <see cref="Person"/> (with keys), <see cref="AgencySystem"/> (its keys apart),
/// <see cref="OwnedKey"/> and <see cref="Right"/>.</summary>
internal static class ObjectForms
{
    internal static readonly LevelForm Levels = new();
    internal static readonly AgencyForm Agencies = new();
    internal static readonly CodeForm Codes = new();
    internal static readonly ReorganisationForm Reorganisations = new();
    internal static readonly AnchorForm Anchors = new();
    internal static readonly PolicyForm Policy = new();
    internal static readonly ServiceForm Services = new();
    internal static readonly GroupForm Groups = new();
    internal static readonly PersonForm People = new();
    internal static readonly SystemForm Systems = new();
    internal static readonly KeyForm Keys = new();
    internal static readonly RightForm Rights = new();

    private static readonly FrozenDictionary<string, SectionForm> BySection =
        new SectionForm[] { Levels, Agencies, Codes, Reorganisations, Anchors, Policy, Services, Groups, People, Systems, Keys, Rights }.ToFrozenDictionary(f => f.Section);

    private static readonly Places Nowhere = new(kept: false);

    /// <summary>The form of a section; null when there is no such section.</summary>
    internal static SectionForm? Find(string section) => BySection.GetValueOrDefault(section);

    /// <summary>The form of a section that is known to exist.</summary>
    internal static SectionForm Of(string section) => BySection[section];

    /// <summary>Every record of a content as a change that sets it, in canonical order: sections as in
    /// <see cref="RegistrySections.All"/>, levels by order, all others by id. The usual policy is left out.</summary>
    internal static IEnumerable<SnapshotChange> Records(RegistryContent content) =>
    [
        .. Policy.Members(content.Policy).Count > 0 ? [new SnapshotChange(RegistrySections.Policy, RegistrySections.Policy, content.Policy)] : Array.Empty<SnapshotChange>(),
        .. content.Levels.OrderBy(l => l.Order).ThenBy(l => l.Code, StringComparer.Ordinal).Select(l => new SnapshotChange(RegistrySections.Levels, l.Code, l)),
        .. Sorted(Agencies, content.Agencies),
        .. Sorted(Codes, content.Codes),
        .. Sorted(Reorganisations, content.Reorganisations),
        .. Sorted(Anchors, content.Anchors),
        .. Sorted(Services, content.Services),
        .. Sorted(Groups, content.Groups),
        .. Sorted(People, content.People),
        .. Sorted(Systems, content.Systems),
        .. Sorted(Keys, content.Systems.SelectMany(s => s.Keys, (s, key) => new OwnedKey(s.Address, key))),
        .. Sorted(Rights, content.Rights),
    ];

    /// <summary>Every object of a content in its normal form and in canonical order.</summary>
    internal static IEnumerable<RegistryObject> Of(RegistryContent content) => Records(content).Select(r => Of(r.Section).ToObject(r.Value!));

    /// <summary>The normal form of a record. The usual policy has none: its JSON is null, as of an object that was removed.</summary>
    internal static RegistryObject ToObject(object record) => FormOf(record).ToObject(record);

    /// <summary>Section and id of a record.</summary>
    internal static (string Section, string Id) Name(object record) => FormOf(record) is var form ? (form.Section, form.IdOf(record)) : default;

    /// <summary>Reads a normal form that the hub wrote itself.</summary>
    /// <exception cref="InvalidDataException">It is none, or was removed.</exception>
    internal static object Read(RegistryObject stored)
    {
        var mistakes = new Mistakes();
        var reader = new ObjectReader(JsonTree.Read(stored.Json ?? ""), stored.Id, mistakes) { Stored = true };
        var record = Of(stored.Section).Read(reader, Nowhere);
        if (record is null || mistakes.Any) throw Damaged(stored, mistakes);
        return record is Right { Id: null } right ? right with { Id = stored.Id } : record;
    }

    /// <summary>Reads an object of a request strictly; every mistake is added. The members that name it may be left out.</summary>
    /// <param name="section">One of <see cref="RegistrySections"/>.</param>
    /// <param name="id">What names it; null: its members do.</param>
    /// <param name="value">Its members.</param>
    /// <param name="mistakes">Collects what is wrong, by <c>section[id].member</c>.</param>
    /// <param name="places">Remembers where it stands, for mistakes that are found later; null: not needed.</param>
    /// <returns>The record; null when not even its name can be read.</returns>
    internal static object? Read(string section, string? id, JsonObject value, Mistakes mistakes, Places? places = null)
    {
        var form = Find(section);
        var path = $"{section}[{id ?? OwnName(form, value)}]";
        if (form is null)
        {
            mistakes.Add(0, path, $"'{section}' is no section of a registry. Known: {string.Join(", ", RegistrySections.All)}.");
            return null;
        }

        if (JsonTree.Read(value, path, mistakes) is not { } read) return null;
        var members = new Dictionary<string, YamlNode>(read.Members, StringComparer.Ordinal);
        foreach (var (member, text) in id is null ? [] : form.Naming(id)) members.TryAdd(member, new YamlScalar(0, text, Quoted: true));
        var record = form.Read(new ObjectReader(new YamlMapping(0, members), path, mistakes), places ?? Nowhere);
        if (record is null || id is null || form.IdOf(record) == id) return record;
        mistakes.Add(0, path, $"The object names itself '{form.IdOf(record)}', but it was sent as '{id}'.");
        return null;
    }

    /// <summary>What an object that came without its id calls itself, so that mistakes can be found in it among hundreds.</summary>
    private static string OwnName(SectionForm? form, JsonObject value) => PlainText.Shorten(
        string.Join(' ', (form?.Naming("a b") ?? []).Select(part => value[part.Member] as JsonValue).OfType<JsonValue>().Select(static text => text.ToString())), 80);

    /// <summary>A content from its objects, in canonical order. Objects without JSON are passed over.</summary>
    /// <exception cref="InvalidDataException">An object is damaged.</exception>
    internal static RegistryContent Content(SystemAddress hub, IEnumerable<RegistryObject> objects) =>
        Content(hub, objects.Where(o => o.Json is not null).Select(Read));

    /// <summary>A content from its records, in canonical order; keys join their systems.</summary>
    internal static RegistryContent Content(SystemAddress hub, IEnumerable<object> records)
    {
        var bySection = records.ToLookup(r => FormOf(r).Section);
        var keys = bySection[RegistrySections.Keys].Cast<OwnedKey>().ToLookup(k => k.System, k => k.Key);
        return new RegistryContent
        {
            Hub = hub,
            Policy = bySection[RegistrySections.Policy].Cast<RegistryPolicy>().FirstOrDefault() ?? new RegistryPolicy(),
            Levels = [.. bySection[RegistrySections.Levels].Cast<Level>().OrderBy(l => l.Order).ThenBy(l => l.Code, StringComparer.Ordinal)],
            Agencies = Ordered(Agencies),
            Codes = Ordered(Codes),
            Reorganisations = Ordered(Reorganisations),
            Anchors = Ordered(Anchors),
            Services = Ordered(Services),
            Groups = Ordered(Groups),
            People = Ordered(People),
            Systems = [.. Ordered(Systems).Select(s => s with { Keys = [.. keys[s.Address].OrderBy(k => k.Key.Id, StringComparer.Ordinal)] })],
            Rights = Ordered(Rights),
        };

        IReadOnlyList<T> Ordered<T>(SectionForm<T> form)
            where T : class => [.. bySection[form.Section].Cast<T>().OrderBy(form.Id, StringComparer.Ordinal)];
    }

    private static IEnumerable<SnapshotChange> Sorted<T>(SectionForm<T> form, IEnumerable<T> records)
        where T : class => records.Select(r => new SnapshotChange(form.Section, form.Id(r), r)).OrderBy(c => c.Id, StringComparer.Ordinal);

    private static SectionForm FormOf(object record) => record switch
    {
        Right => Rights,
        Agency => Agencies,
        AgencySystem => Systems,
        OwnedKey => Keys,
        Service => Services,
        Group => Groups,
        Person => People,
        Level => Levels,
        CodeEntry => Codes,
        Reorganisation => Reorganisations,
        TrustAnchor => Anchors,
        RegistryPolicy => Policy,
        _ => throw new ArgumentException($"{record.GetType().Name} is no record of a registry.", nameof(record)),
    };

    private static InvalidDataException Damaged(RegistryObject stored, Mistakes mistakes)
    {
        try
        {
            mistakes.ThrowIfAny();
            return new InvalidDataException($"The stored object {stored.Id} of {stored.Section} has no name. Restore the data folder from a backup.");
        }
        catch (ProblemException why)
        {
            return new InvalidDataException($"The stored object {stored.Id} of {stored.Section} cannot be read. Restore the data folder from a backup.", why);
        }
    }
}
