using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

public sealed class RegistryPropertyTests
{
    private static readonly string[] Codes = ["G22", "H06", "H06.40", "H06.40.01", "H06.41", "H29"];
    private static readonly string[] Types = ["vn.document.v1", "vn.report.v1"];
    private static readonly RegistryContent Empty = new() { Hub = HubAddress };

    [Test]
    public void Allows_AnyRights_NoUndeclaredPairIsEverAllowed()
    {
        var world = from parents in Gen.ListOf(Gen.Choose(0, 9), Codes.Length)
                    from count in Gen.Choose(0, 6)
                    from rights in Gen.ListOf(RightGen, count)
                    select (parents, rights);
        Prop.ForAll(Arb.From(world), w => Agrees(Tree(w.parents), w.rights)).QuickCheckThrowOnFailure();
    }

    [Test]
    public void WriteRead_AnyContent_IsIdentity() =>
        Prop.ForAll(Arb.From(ContentGen.SelectMany(RegistryGenerators.Governed)), content =>
        {
            var text = RegistryDocument.Write(content);
            var read = RegistryDocument.Read(text, HubAddress, development: true).Content;
            var objects = ObjectForms.Of(content).ToArray();
            return RegistryDocument.Write(read) == text
                && ObjectForms.Of(read).SequenceEqual(objects)
                && ObjectForms.Of(ObjectForms.Content(HubAddress, objects.Reverse())).SequenceEqual(objects);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Read_AnyMutation_IsReadOrRefused()
    {
        // The whole of every section in turn, and a document as people write it.
        var texts = new[] { Yaml(), WholeRegistry.Yaml, RegistryDocument.Write(WholeRegistry.Content) };
        var edits = from yaml in Gen.Elements(texts)
                    from at in Gen.Choose(0, yaml.Length - 1)
                    from cut in Gen.Choose(0, 12)
                    from put in Gen.Elements("", "\n", "\t", "{", "}", "[", "]", ":", "- ", "&a ", "*a", "!x ", "\"", "'", "#", "%", "|\n", "? ", "\u0085", "\uD800", "\0", "null")
                    select yaml[..at] + put + yaml[Math.Min(yaml.Length, at + cut)..];
        Prop.ForAll(Arb.From(edits), text =>
        {
            try
            {
                var content = RegistryDocument.Read(text, HubAddress, development: false).Content;
                return RegistryDocument.Read(RegistryDocument.Write(content), HubAddress, development: false) is not null;
            }
            catch (ProblemException refused)
            {
                return refused.Code == ProblemCode.RegistryInvalid && refused.Problem.Items.Count > 0;
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<Right> RightGen =>
        from source in PatternGen
        from target in PatternGen
        from services in Gen.Elements<string[]>(["*"], ["vn.document.v1"], ["vn.report.v1"], ["vn.document.v1", "vn.report.v1"])
        from priority in Gen.Choose(0, 4)
        from begin in Gen.Elements<int?>(null, -1, 1)
        from end in Gen.Elements<int?>(null, 0, 2)
        select new Right(source, services, target, priority, begin is { } b ? Now.AddDays(b) : null, end is { } e ? Now.AddDays(e) : null);

    private static Gen<string> PatternGen =>
        from code in Gen.Elements(Codes)
        from form in Gen.Elements("{0}", "{0}/a", "{0}/b", "under:{0}", "*")
        select form.Replace("{0}", code, StringComparison.Ordinal);

    internal static Gen<string> NameGen =>
        from text in ArbMap.Default.GeneratorFor<NonEmptyString>()
        from frame in Gen.Elements("{0}", "Xã {0}", "{0}: #", "'{0}\"\\", "\U0001F3DB{0}", "null{0}", "~", " {0} ", "- {0}", "0x{0}")
        let name = frame.Replace("{0}", string.Concat(text.Get.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(100)), StringComparison.Ordinal) + "x"
        select LookAlikes.WrongName(name) is null ? name : frame;

    internal static Gen<DateTimeOffset?> TimeGen(int firstYear) =>
        from day in Gen.Choose(0, 3000)
        from milliseconds in Gen.Elements<int?>(null, 0, 61_200_000, 1, 86_399_999)
        select milliseconds is { } ms ? new DateTimeOffset(firstYear, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day).AddMilliseconds(ms) : (DateTimeOffset?)null;

    private static Gen<DeliveryPolicy> PolicyGen =>
        from attempts in Gen.Choose(1, 1000)
        from first in Gen.Choose(1, 100_000)
        from more in Gen.Choose(0, 100_000_000)
        from factor in Gen.Choose(1_000_000, 100_000_000)
        from jitter in Gen.Choose(0, 1_000_000)
        select new DeliveryPolicy
        {
            MaxAttempts = attempts,
            FirstDelay = TimeSpan.FromMilliseconds(first),
            MaxDelay = TimeSpan.FromMilliseconds(first + (long)more),
            Factor = Math.Round(factor / 1e6, 6),
            Jitter = Math.Round(jitter / 1e6, 6),
        };

    private static Gen<RegistryContent> ContentGen =>
        from parents in Gen.ListOf(Gen.Choose(0, 9), Codes.Length)
        from names in Gen.ListOf(NameGen, Codes.Length)
        from begins in Gen.ListOf(TimeGen(1990), Codes.Length)
        from ends in Gen.ListOf(TimeGen(2010), Codes.Length)
        from policies in Gen.ListOf(PolicyGen, Codes.Length)
        from rights in Gen.ListOf(RightGen)
        let tree = Tree(parents)
        select tree with
        {
            Levels = [new Level("any", names[0], "", 1)],
            Agencies = [.. tree.Agencies.Select((a, i) => a with { Name = names[i], ValidFrom = begins[i], ValidUntil = ends[i], Verified = parents[i] > 4 })],
            Systems = [.. tree.Systems.Select((s, i) => s with { Name = names[i % Codes.Length], Policy = policies[i % Codes.Length] })],
            Groups = [new Group("all", 2, names[1], [.. Codes.Select(RecipientAddress.Parse)])],
            Rights = [.. rights.Where(r => !(r.ValidFrom >= r.ValidUntil)).DistinctBy(ObjectForms.Rights.Id)],
        };

    /// <summary>Every agency has the systems a and b; an agency's parent is one that stands before it, or none.</summary>
    private static RegistryContent Tree(IReadOnlyList<int> parents) => Empty with
    {
        Levels = [new Level("any", "Cấp", "", 1)],
        Agencies = [.. Codes.Select((code, i) => new Agency
        {
            Code = AgencyCode.Parse(code), Name = code, Level = "any", Parent = parents[i] < i ? AgencyCode.Parse(Codes[parents[i]]) : null,
        })],
        Systems = [.. Codes.SelectMany(code => new[] { "a", "b" }, (code, name) => new AgencySystem { Address = SystemAddress.Parse($"{code}/{name}"), Name = name })],
        Services = [.. Types.Select(t => new Service(MessageType.Parse(t), t, ""))],
    };

    private static bool Agrees(RegistryContent content, IReadOnlyList<Right> rights)
    {
        var registry = new RegistrySnapshot(1, content with { Rights = rights });
        var cases = from sender in content.Systems
                    from recipient in content.Systems
                    from type in Types
                    from priority in new[] { 0, 2, 4 }
                    select (sender.Address, recipient.Address, type, priority);
        return cases.All(c =>
            registry.Allows(c.Item1, MessageType.Parse(c.type), c.Item2, c.priority, Now)
            == rights.Any(r => Declares(content, r, c.Item1, c.Item2, c.type, c.priority)));
    }

    /// <summary>The meaning of a right, spelled out the slow way.</summary>
    private static bool Declares(RegistryContent content, Right right, SystemAddress from, SystemAddress to, string type, int priority) =>
        Speaks(content, right.From, from) && Speaks(content, right.To, to)
        && (right.Services.Contains("*") || right.Services.Contains(type))
        && priority <= right.MaxPriority
        && (right.ValidFrom is null || right.ValidFrom <= Now) && (right.ValidUntil is null || Now < right.ValidUntil);

    private static bool Speaks(RegistryContent content, string pattern, SystemAddress system)
    {
        if (pattern == "*" || pattern == system.ToString() || pattern == system.Agency.Value) return true;
        for (AgencyCode? code = system.Agency; code is not null; code = content.Agencies.Single(a => a.Code == code).Parent)
            if (pattern == "under:" + code) return true;
        return false;
    }
}
