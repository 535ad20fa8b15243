using FsCheck;
using FsCheck.Fluent;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>Adds to a content with agencies, systems and services what governs it: every newer section and member, at random.</summary>
internal static class RegistryGenerators
{
    private static readonly IReadOnlyList<SystemKey> Keys =
        [.. WholeRegistry.Content.Systems.SelectMany(s => s.Keys), .. WholeRegistry.Content.People.SelectMany(p => p.Keys)];

    internal static Gen<RegistryContent> Governed(RegistryContent content) =>
        from policy in PolicyGen
        from services in Gen.CollectToArray(content.Services.Select(s => ServiceGen(s, content)))
        from rights in Gen.CollectToArray(content.Rights.Select(RightGen))
        from groups in GroupGen(content)
        from people in PeopleGen(content)
        from holder in Gen.Elements(content.Systems.ToArray())
        from reorganisations in ReorganisationsGen(content)
        from territory in Gen.Elements<string?>(null, "01", "001", "00001")
        select content with
        {
            Policy = policy,
            Services = services,
            Rights = [.. rights.DistinctBy(Core.Registry.Documents.ObjectForms.Rights.Id)],
            Groups = [.. content.Groups, .. groups],
            // Where certificates are demanded a bare key is refused.
            People = policy.CertificatesRequired ? [] : people,
            Anchors = WholeRegistry.Content.Anchors,
            Codes = territory is null ? [] : [new CodeEntry("territory", territory, content.Agencies[0].Code, WholeRegistry.Now, ValidUntil: null)],
            Agencies = [.. content.Agencies.Select(a => a with { TerritoryCode = territory, ValidFrom = null, ValidUntil = null })],
            Systems = [.. content.Systems.Select(s => s with { Keys = s.Address == holder.Address && !policy.CertificatesRequired ? [.. Keys.Take(3).DistinctBy(k => k.Key.Id)] : [] })],
            Reorganisations = reorganisations,
        };

    private static Gen<RegistryPolicy> PolicyGen =>
        from kinds in Gen.SubListOf(TrustChangeKinds.All.ToArray())
        from demanded in Gen.Elements(true, false)
        from revocation in Gen.Elements("off", "grace", "strict")
        from grace in Gen.Choose(0, 100_000)
        select new RegistryPolicy { SinglePerson = [.. kinds], CertificatesRequired = demanded, Revocation = revocation, RevocationGrace = TimeSpan.FromSeconds(grace) };

    private static Gen<Service> ServiceGen(Service service, RegistryContent content) =>
        from name in RegistryPropertyTests.NameGen
        from provider in Gen.Elements<Agency?>([null, .. content.Agencies])
        from order in Gen.Elements((ServiceOrder.None, OnDead.Hold), (ServiceOrder.Conversation, OnDead.Hold), (ServiceOrder.Conversation, OnDead.Skip))
        from sealedToo in Gen.Elements(true, false)
        from schema in Gen.Elements<string?>(null, "{}", "{\r\n\t\"type\": \"object\"\n}", "{\"title\": \"\u0085\u2028\"}")
        from days in Gen.Elements<int?>(null, 1, 36_500)
        from other in Gen.Elements<Service?>([null, .. content.Services])
        from deprecated in RegistryPropertyTests.TimeGen(2000)
        from sunset in RegistryPropertyTests.TimeGen(2020)
        from limit in Gen.Choose(1000, 300_000)
        select service with
        {
            Provider = provider?.Code,
            Description = name + "\n" + name,
            Function = sealedToo ? "land" : null,
            Order = order.Item1,
            OnDead = order.Item2,
            Confidentiality = sealedToo ? Confidentiality.EndToEnd : Confidentiality.Hub,
            RetentionDays = days,
            Schema = sealedToo || schema is null ? null : new ServiceSchema("json-schema", "https://json-schema.org/draft/2020-12/schema", schema),
            Searchable = sealedToo ? [] : [new SearchField("a", "/a~1b"), new SearchField("b", "/b")],
            Reply = other?.Type,
            ReplacedBy = other == service ? null : other?.Type,
            Deprecated = deprecated,
            Sunset = sunset,
            TimeLimit = TimeSpan.FromMilliseconds(limit),
        };

    private static Gen<Right> RightGen(Right right) =>
        from id in Gen.Elements<string?>(null, "a", "b", "r-0123456789abcdef")
        from bytes in Gen.Elements<int?>(null, 1, 1000)
        from demanded in Gen.Elements(true, false)
        from basis in RegistryPropertyTests.NameGen
        select right with { Id = id, Basis = basis, Conditions = bytes is null && !demanded ? null : new RightConditions(bytes, demanded, !demanded) };

    private static Gen<Group[]> GroupGen(RegistryContent content) =>
        from agency in Gen.Elements<Agency?>([null, .. content.Agencies])
        from service in Gen.Elements<Service?>([null, .. content.Services])
        select new[] { new Group("by-rule", 1, "", []) { Rule = new GroupRule(content.Levels[0].Code, agency?.Code, service?.Type) } };

    private static Gen<Person[]> PeopleGen(RegistryContent content) =>
        from count in Gen.Choose(0, 3)
        from under in Gen.Elements<Agency?>([null, .. content.Agencies])
        from content2 in Gen.Elements(true, false)
        from end in RegistryPropertyTests.TimeGen(2020)
        select Enumerable.Range(0, count).Select(i => new Person
        {
            Name = $"người.{i}@x", Role = content2 ? "operator" : "auditor", Under = under?.Code, Content = content2, ValidUntil = end, Keys = [Keys[^(i + 1)] with { Use = KeyUse.Signature }],
        }).ToArray();

    /// <summary>Agencies close one after another, each in favour of the one before it, and some move or get other names.</summary>
    private static Gen<Reorganisation[]> ReorganisationsGen(RegistryContent content) =>
        from count in Gen.Choose(0, content.Agencies.Count - 1)
        from name in RegistryPropertyTests.NameGen
        from refuse in Gen.Elements(ClosedPolicy.Redirect, ClosedPolicy.Refuse)
        from inherit in Gen.Elements(true, false)
        select Enumerable.Range(0, count).Select(i => new Reorganisation($"r-{i}", WholeRegistry.Now.AddDays(i), name, [
            new ReorganisationAct { Act = ActKind.Rename, Agency = content.Agencies[^(i + 1)].Code, Name = name },
            new ReorganisationAct { Act = ActKind.Move, Agency = content.Agencies[^(i + 1)].Code, Level = content.Levels[0].Code },
            new ReorganisationAct
            {
                Act = ActKind.Dissolve, Agency = content.Agencies[^(i + 1)].Code, Policy = refuse, InheritRights = inherit,
                Successors = [new Successor(content.Agencies[^(i + 2)].Code, inherit ? ["*"] : ["land", content.Services[0].Type.Value])],
            },
        ])).ToArray();
}
