using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Tests.House;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

/// <summary>The published schema and the reader know the same members and demand the same ones.</summary>
public sealed class RegistrySchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "schemas", "registry.schema.json")))!.AsObject();

    [TestCase("level", "levels: [{zzz: 1}]", "levels[0].")]
    [TestCase("agency", "agencies: [{zzz: 1}]", "agencies[0].")]
    [TestCase("system", "systems: [{zzz: 1}]", "systems[0].")]
    [TestCase("channel", "systems: [{channel: {zzz: 1}}]", "systems[0].channel.")]
    [TestCase("policy", "systems: [{policy: {zzz: 1}}]", "systems[0].policy.")]
    [TestCase("key", "systems: [{keys: [{zzz: 1}]}]", "systems[0].keys[0].")]
    [TestCase("service", "services: [{zzz: 1}]", "services[0].")]
    [TestCase("group", "groups: [{zzz: 1}]", "groups[0].")]
    [TestCase("right", "rights: [{zzz: 1}]", "rights[0].")]
    [TestCase("rightConditions", "rights: [{conditions: {zzz: 1}}]", "rights[0].conditions.")]
    [TestCase("groupRule", "groups: [{rule: {zzz: 1}}]", "groups[0].rule.")]
    [TestCase("serviceSchema", "services: [{schema: {zzz: 1}}]", "services[0].schema.")]
    [TestCase("searchField", "services: [{searchable: [{zzz: 1}]}]", "services[0].searchable[0].")]
    [TestCase("registryPolicy", "policy: {zzz: 1}", "policy.")]
    [TestCase("codeEntry", "codes: [{zzz: 1}]", "codes[0].")]
    [TestCase("reorganisation", "reorganisations: [{zzz: 1}]", "reorganisations[0].")]
    [TestCase("act", "reorganisations: [{acts: [{zzz: 1}]}]", "reorganisations[0].acts[0].")]
    [TestCase("successor", "reorganisations: [{acts: [{successors: [{zzz: 1}]}]}]", "reorganisations[0].acts[0].successors[0].")]
    [TestCase("anchor", "anchors: [{zzz: 1}]", "anchors[0].")]
    [TestCase("person", "people: [{zzz: 1}]", "people[0].")]
    [TestCase("key", "people: [{keys: [{zzz: 1}]}]", "people[0].keys[0].")]
    [TestCase(null, "zzz: 1", "")]
    public void Schema_Members_AreThoseOfTheReader(string? definition, string yaml, string path)
    {
        var described = (definition is null ? Schema : Schema["$defs"]![definition])!.AsObject();
        var items = Assert.Throws<ProblemException>(() => RegistryDocument.Read(yaml, HubAddress, development: false))!.Problem.Items;
        var known = items.Single(i => i.Subject.EndsWith($": {path}zzz", StringComparison.Ordinal)).Detail;
        var missing = items.Where(i => i.Detail.StartsWith("is missing", StringComparison.Ordinal)).Select(i => i.Subject[(i.Subject.IndexOf(": ", StringComparison.Ordinal) + 2)..])
            .Where(s => s.StartsWith(path, StringComparison.Ordinal)).Select(s => s[path.Length..]).Where(s => !s.Contains('.', StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(known.Split("Known: ")[1].TrimEnd('.').Split(", "), Is.EquivalentTo(described["properties"]!.AsObject().Select(p => p.Key)));
            Assert.That(missing.Except(["hub", "pem", "text"]), Is.SubsetOf(Required(described)));
            Assert.That(Required(described).Except(["hub", "services", "acts"]), Is.SubsetOf(missing));
        });
    }

    private static IEnumerable<string> Required(JsonObject described) => described["required"]?.AsArray().Select(n => (string)n!) ?? [];
}
