using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry;

/// <summary>What differs between two contents, object by object. Pure.</summary>
internal sealed class RegistryDifference
{
    private readonly Dictionary<(string Section, string Id), string> _before;
    private readonly Dictionary<(string Section, string Id), string> _after;

    internal RegistryDifference(RegistryContent before, RegistryContent after)
    {
        _before = Index(before);
        _after = Index(after);
        Changes = [.. RegistrySections.All.Select(Compare).Where(c => c.Added.Count + c.Changed.Count + c.Removed.Count > 0)];
    }

    internal IReadOnlyList<SectionChanges> Changes { get; }

    /// <summary>For the log: of each changed object its name and the digests of its normal form before and after.</summary>
    internal JsonObject ToJson()
    {
        var sections = new JsonObject();
        foreach (var change in Changes)
        {
            sections[change.Section] = new JsonObject
            {
                ["added"] = List(change.Added, id => new JsonObject { ["id"] = id, ["after"] = Digest(_after[(change.Section, id)]) }),
                ["changed"] = List(change.Changed, id => new JsonObject
                {
                    ["id"] = id, ["before"] = Digest(_before[(change.Section, id)]), ["after"] = Digest(_after[(change.Section, id)]),
                }),
                ["removed"] = List(change.Removed, id => new JsonObject { ["id"] = id, ["before"] = Digest(_before[(change.Section, id)]) }),
            };
        }

        return sections;
    }

    internal static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private SectionChanges Compare(string section) => new(
        section,
        [.. Ids(_after, section).Where(id => !_before.ContainsKey((section, id)))],
        [.. Ids(_after, section).Where(id => _before.TryGetValue((section, id), out var old) && old != _after[(section, id)])],
        [.. Ids(_before, section).Where(id => !_after.ContainsKey((section, id)))]);

    private static IEnumerable<string> Ids(Dictionary<(string Section, string Id), string> forms, string section) =>
        forms.Keys.Where(k => k.Section == section).Select(k => k.Id);

    private static Dictionary<(string Section, string Id), string> Index(RegistryContent content) => ObjectForms.Records(content)
        .Select(r => (Name: (r.Section, Id: r.Value is OwnedKey key ? $"{r.Id} {key.Key.Key.Thumbprint}" : r.Id), Text: ObjectForms.ToObject(r.Value!).Json!))
        .DistinctBy(f => f.Name)
        .ToDictionary(f => f.Name, f => f.Text);

    private static JsonArray List(IReadOnlyList<string> ids, Func<string, JsonObject> form) => [.. ids.Select(form)];
}
