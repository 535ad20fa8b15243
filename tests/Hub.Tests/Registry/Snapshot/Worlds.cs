using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

/// <summary>Small random registries in which everything that rules speak of occurs often.</summary>
internal static class Worlds
{
    internal static readonly string[] Codes = ["G22", "H06", "H06.40", "H06.40.01", "H06.41", "H29"];
    internal static readonly MessageType[] Types = [MessageType.Parse("vn.document.v1"), MessageType.Parse("vn.land.v1"), MessageType.Parse("vn.sealed.v1")];
    internal static readonly string[] Scopes = ["*", "*", "land", "vn.document.v1", "vn.land.v1", "vn.sealed.v1"];
    internal static readonly DateTimeOffset[] Instants = [.. Enumerable.Range(-4, 9).Select(d => Now.AddDays(d))];

    private static readonly Service[] Services =
    [
        new(Types[0], "Văn bản", ""),
        new(Types[1], "Đất đai", "") { Function = "land" },
        new(Types[2], "Niêm phong", "") { Confidentiality = Confidentiality.EndToEnd },
    ];

    internal static Gen<RegistryContent> Contents =>
        from agencies in Each(AgencyGen)
        from systems in Each(SystemsGen)
        from reorganisations in Gen.ListOf(ReorganisationGen, 3)
        from listed in GroupGen("listed")
        from ruled in RuleGen
        from count in Gen.Choose(0, 8)
        from rights in Gen.ListOf(RightGen, count)
        from code in CodeGen("000.01.40.H06", "qcvn102")
        from territory in CodeGen("26734", "territory")
        select new RegistryContent
        {
            Hub = HubAddress,
            Levels = [new Level("any", "Cấp", "", 1), new Level("other", "Cấp khác", "", 2)],
            Agencies = agencies,
            Systems = [.. systems.SelectMany(s => s)],
            Services = Services,
            Reorganisations = [.. reorganisations.Select((r, i) => r with { Id = $"r{i}" })],
            Groups = [listed, new Group("ruled", 1, "", []) { Rule = ruled }],
            Rights = [.. rights.Select((r, i) => r with { Id = $"right-{i}" })],
            Codes = [code, territory],
        };

    /// <summary>Any change of any object of such a registry.</summary>
    internal static Gen<SnapshotChange> Changes => Gen.OneOf(
        from i in Gen.Choose(1, Codes.Length - 1) from a in AgencyGen(i) select new SnapshotChange(RegistrySections.Agencies, Codes[i], a),
        from i in Gen.Choose(0, Codes.Length - 1) from s in SystemGen(Codes[i], "a") from keep in Gen.Elements(true, true, false) select new SnapshotChange(RegistrySections.Systems, $"{Codes[i]}/a", keep ? s : null),
        from i in Gen.Choose(0, 4) from r in RightGen from keep in Gen.Elements(true, false) select new SnapshotChange(RegistrySections.Rights, $"right-{i}", keep ? r with { Id = $"right-{i}" } : null),
        from i in Gen.Choose(0, 4) from r in ReorganisationGen from keep in Gen.Elements(true, false) select new SnapshotChange(RegistrySections.Reorganisations, $"r{i}", keep ? r with { Id = $"r{i}" } : null),
        from g in GroupGen("listed") from keep in Gen.Elements(true, true, false) select new SnapshotChange(RegistrySections.Groups, "listed", keep ? g : null),
        from r in RuleGen select new SnapshotChange(RegistrySections.Groups, "ruled", new Group("ruled", 2, "", []) { Rule = r }),
        from c in CodeGen("000.01.40.H06", "qcvn102") from keep in Gen.Elements(true, false) select new SnapshotChange(RegistrySections.Codes, "qcvn102 000.01.40.H06", keep ? c : null),
        from c in CodeGen("26734", "territory") from keep in Gen.Elements(true, false) select new SnapshotChange(RegistrySections.Codes, "territory 26734", keep ? c : null),
        from i in Gen.Choose(0, Codes.Length - 1) from id in Gen.Elements("k1", "k2") from revoked in DayGen from keep in Gen.Elements(true, false)
        select new SnapshotChange(RegistrySections.Keys, $"{Codes[i]}/a {id}", keep ? new OwnedKey(SystemAddress.Parse($"{Codes[i]}/a"), KeySamples.Key(id) with { Revoked = revoked }) : null),
        from f in Gen.Elements(null, "land") select new SnapshotChange(RegistrySections.Services, Types[0].Value, Services[0] with { Function = f }),
        from name in Gen.Elements("an", "binh") from role in Gen.Elements("operator", "auditor", null) select new SnapshotChange(RegistrySections.People, name, role is null ? null : new Person { Name = name, Role = role }),
        from kinds in Gen.Elements<string[]>([], ["key"]) select new SnapshotChange(RegistrySections.Policy, "policy", new RegistryPolicy { SinglePerson = kinds }));

    private static Gen<DateTimeOffset?> DayGen => from day in Gen.Choose(-6, 6) select day is < -3 or > 3 ? (DateTimeOffset?)null : Now.AddDays(day);

    private static Gen<AgencyCode> CodeOf => from code in Gen.Elements(Codes) select AgencyCode.Parse(code);

    private static Gen<Right> RightGen =>
        from source in PatternGen
        from target in PatternGen
        from services in Gen.Elements<string[]>(["*"], [Types[0].Value], [Types[1].Value], [Types[0].Value, Types[2].Value])
        from priority in Gen.Choose(0, 4)
        from begin in DayGen
        from end in DayGen
        from conditions in Gen.Elements(null, null, new RightConditions(MaxBytes: 100), new RightConditions(Sealed: true), new RightConditions(Attachments: false))
        select new Right(source, services, target, priority, begin, end) { Conditions = conditions };

    private static Gen<string> PatternGen =>
        from code in Gen.Elements(Codes)
        from form in Gen.Elements("{0}", "{0}/a", "{0}/b", "under:{0}", "group:listed", "group:ruled", "*")
        select form.Replace("{0}", code, StringComparison.Ordinal);

    private static Gen<Reorganisation> ReorganisationGen =>
        from day in Gen.Choose(-3, 3)
        from count in Gen.Choose(1, 3)
        from acts in Gen.ListOf(ActGen, count)
        select new Reorganisation("r", Now.AddDays(day), "Nghị quyết", acts);

    private static Gen<ReorganisationAct> ActGen =>
        from kind in Gen.Elements(ActKind.Rename, ActKind.Move, ActKind.Merge, ActKind.Merge, ActKind.Split, ActKind.Split, ActKind.Dissolve, ActKind.Reopen)
        from agency in CodeOf
        from parent in CodeOf
        from first in SuccessorGen
        from second in SuccessorGen
        from both in Gen.Elements(true, false)
        from policy in Gen.Elements(ClosedPolicy.Redirect, ClosedPolicy.Redirect, ClosedPolicy.Refuse)
        from inherit in Gen.Elements(true, true, false)
        from closes in Gen.Elements(true, false)
        select new ReorganisationAct
        {
            Act = kind, Agency = agency, Name = "Tên mới", Parent = kind == ActKind.Move ? parent : null, Level = closes ? "other" : null,
            Successors = kind is ActKind.Rename or ActKind.Move or ActKind.Reopen ? [] : both ? [first, second] : [first],
            Policy = policy, InheritRights = inherit, Closes = closes,
        };

    private static Gen<Successor> SuccessorGen =>
        from agency in CodeOf
        from scope in Gen.Elements(Scopes)
        from more in Gen.Elements(Scopes)
        select new Successor(agency, scope == more ? [scope] : [scope, more]);

    private static Gen<GroupRule> RuleGen =>
        from level in Gen.Elements(null, "any", "other")
        from under in CodeOf
        from isUnder in Gen.Elements(true, false)
        from type in Gen.Elements(Types)
        from receives in Gen.Elements(true, false)
        select new GroupRule(level, isUnder ? under : null, receives ? type : null);

    private static Gen<Group> GroupGen(string name) =>
        from count in Gen.Choose(1, 4)
        from members in Gen.ListOf(from code in Gen.Elements(Codes) from form in Gen.Elements("", "", "/a") select RecipientAddress.Parse(code + form), count)
        select new Group(name, 3, "", [.. members.Distinct()]);

    private static Gen<CodeEntry> CodeGen(string code, string scheme) =>
        from agency in CodeOf
        from begin in DayGen
        from end in DayGen
        select new CodeEntry(scheme, code, agency, begin, end);

    private static Gen<Agency> AgencyGen(int i) =>
        from parent in Gen.Choose(0, 2 * Codes.Length)
        from begin in Gen.Elements<int?>(null, null, null, -2, 1)
        from end in Gen.Elements<int?>(null, null, null, 2, 3)
        from legacy in Gen.Elements(true, false)
        select new Agency
        {
            Code = AgencyCode.Parse(Codes[i]), Name = Codes[i], Level = i % 2 == 0 ? "any" : "other",
            Parent = parent < i ? AgencyCode.Parse(Codes[parent]) : null,
            LegacyCode = legacy ? AgencyCode.Parse($"000.00.{i:00}.H99") : null,
            TerritoryCode = legacy ? $"0{i}" : null,
            ValidFrom = begin is { } b ? Now.AddDays(b) : null,
            ValidUntil = end is { } e ? Now.AddDays(e) : null,
        };

    private static Gen<IReadOnlyList<AgencySystem>> SystemsGen(int i) =>
        from a in SystemGen(Codes[i], "a")
        from b in SystemGen(Codes[i], "b")
        select (IReadOnlyList<AgencySystem>)[a, b with { Receives = [.. b.Receives.Take(1)] }];

    private static Gen<AgencySystem> SystemGen(string code, string name) =>
        from receives in Gen.Elements<MessageType[]>([], [Types[0]], [Types[0], Types[1]], Types, Types)
        select new AgencySystem { Address = SystemAddress.Parse($"{code}/{name}"), Name = name, Receives = receives };

    private static Gen<IReadOnlyList<T>> Each<T>(Func<int, Gen<T>> of) =>
        Enumerable.Range(0, Codes.Length).Aggregate(
            Gen.Constant<IReadOnlyList<T>>([]),
            (all, i) => from before in all from next in of(i) select (IReadOnlyList<T>)[.. before, next]);
}
