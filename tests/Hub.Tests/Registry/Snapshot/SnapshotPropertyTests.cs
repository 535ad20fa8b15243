using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Tests.Registry;

/// <summary>The snapshot against <see cref="NaiveRegistry"/>, for random trees, reorganisations, groups, rights and instants.</summary>
public sealed class SnapshotPropertyTests
{
    private static readonly SystemAddress[] Addresses = [.. Worlds.Codes.SelectMany(c => new[] { "a", "b" }, (c, s) => SystemAddress.Parse($"{c}/{s}"))];
    private static readonly MessageFacts[] Facts = [new(0), new(4, 200, Sealed: true), new(2, 50, Attachments: true)];

    [Test]
    public void Allows_AnyRegistryAtAnyInstant_IsWhatTheRulesSayAndWhatIsExplained() =>
        Check(60, (content, at) =>
        {
            var (registry, naive) = (new RegistrySnapshot(1, content), new NaiveRegistry(content));
            foreach (var (from, to) in Addresses.Where(a => a.System == "a").SelectMany(_ => Addresses, (x, y) => (x, y)))
            {
                foreach (var (type, facts) in Worlds.Types.SelectMany(_ => Facts, (t, f) => (t, f)))
                {
                    var allowed = registry.Allows(from, type, to, facts, at);
                    var explained = registry.Explain(from, type, to, facts, at);
                    Assert.That(allowed, Is.EqualTo(naive.Allows(from, type, to, facts, at, null)), $"{from} → {to} {type} {facts}");
                    Assert.That((explained.Allowed, explained.Right is not null), Is.EqualTo((allowed, allowed)));
                }
            }
        });

    [Test]
    public void Resolve_AnyAddressAtAnyInstant_LeadsWhereTheRulesSay() =>
        Check(300, (content, at) =>
        {
            var (registry, naive) = (new RegistrySnapshot(1, content), new NaiveRegistry(content));
            foreach (var address in Worlds.Codes.SelectMany(c => new[] { c, c + "/a", c + "/gone" }).Append("000.00.03.H99").Append("000.01.40.H06"))
            {
                foreach (var type in Worlds.Types)
                {
                    var to = RecipientAddress.Parse(address);
                    var expected = naive.Resolve(to, type, at);
                    var found = Resolve(registry, to, type, at);
                    Assert.That((found.System, found.Redirection, found.Problem), Is.EqualTo((expected.System, expected.Redirection, expected.Problem)), $"{address} {type}");
                }
            }
        });

    [Test]
    public void AllowsAfterResolve_ToAClosedAgency_IsJudgedOnWhatWasWritten() =>
        Check(100, (content, at) =>
        {
            var (registry, naive) = (new RegistrySnapshot(1, content), new NaiveRegistry(content));
            foreach (var (address, type) in Worlds.Codes.SelectMany(c => new[] { c, c + "/a" }).SelectMany(_ => Worlds.Types, (a, t) => (a, t)))
            {
                if (Resolve(registry, RecipientAddress.Parse(address), type, at) is not { System: { } to } found) continue;
                foreach (var from in Addresses)
                {
                    var expected = naive.Allows(from, type, to, new MessageFacts(0), at, found.Redirection);
                    Assert.That(registry.Allows(from, type, to, new MessageFacts(0), at, found.Redirection), Is.EqualTo(expected), $"{from} → {address} {type}");
                    Assert.That(registry.Explain(from, type, to, new MessageFacts(0), at, found.Redirection).Allowed, Is.EqualTo(expected));
                }
            }
        });

    [Test]
    public void Resolve_AnyGroup_IsItsMembersResolvedOneByOne() =>
        Check(300, (content, at) =>
        {
            var (registry, naive) = (new RegistrySnapshot(1, content), new NaiveRegistry(content));
            foreach (var group in content.Groups)
            {
                var members = group.Rule is { } rule ? naive.Members(rule, at).Select(c => RecipientAddress.Parse(c.Value)) : group.Members;
                foreach (var type in Worlds.Types)
                {
                    var expected = members.Select(m => naive.Resolve(m, type, at)).ToList();
                    var to = new Recipient(RecipientAddress.Parse("group:" + group.Name), RecipientRole.Main);
                    if (expected.Count == 0 || expected.Any(e => e.Problem is not null))
                        Assert.That(Assert.Throws<ProblemException>(() => registry.Resolve([to], type, at))!.Problem.Items, Has.Count.EqualTo(Math.Max(1, expected.Count(e => e.Problem is not null))));
                    else
                        Assert.That(registry.Resolve([to], type, at).Select(r => r.System.Address), Is.EqualTo(expected.Select(e => e.System!.Value).Distinct()));
                }
            }
        });

    [Test]
    public void AgencyAt_AnyInstant_IsWhatTheRulesSayAndChangesOnlyAtDatesOfActs() =>
        Check(300, (content, at) =>
        {
            var (registry, naive) = (new RegistrySnapshot(1, content), new NaiveRegistry(content));
            var dates = content.Reorganisations.Select(r => r.On)
                .Concat(content.Agencies.SelectMany(a => new[] { a.ValidFrom, a.ValidUntil }).OfType<DateTimeOffset>()).ToHashSet();
            foreach (var code in Worlds.Codes.Select(AgencyCode.Parse))
            {
                var state = registry.AgencyAt(code, at)!;
                var expected = naive.At(code, at);
                Assert.That((state.Name, state.Level, state.Parent, state.IsOpen), Is.EqualTo((expected.Name, expected.Level, expected.Parent, expected.Open)));
                if (!dates.Contains(at)) Assert.That(registry.AgencyAt(code, at.AddTicks(-1)), Is.SameAs(state));
                Assert.That(registry.AgencyAt(code, at.AddHours(23)), Is.SameAs(state));
            }
        });

    [Test]
    public void With_AnySequenceOfChanges_IsAFreshBuildOfTheWhole()
    {
        var worlds = from content in Worlds.Contents from count in Gen.Choose(1, 12) from changes in Gen.ListOf(Worlds.Changes, count) from cut in Gen.Choose(0, count) select (content, changes, cut);
        Prop.ForAll(Arb.From(worlds), w =>
        {
            var changed = new RegistrySnapshot(1, w.content).With(2, [.. w.changes.Take(w.cut)]);
            _ = changed.Allows(Addresses[0], Worlds.Types[0], Addresses[1], 0, RegistrySamples.Now);
            changed = changed.With(3, [.. w.changes.Skip(w.cut)]);
            var whole = ContentChanges.Apply(ContentChanges.Apply(w.content, [.. w.changes.Take(w.cut)]), [.. w.changes.Skip(w.cut)]);
            var fresh = new RegistrySnapshot(3, whole);
            Assert.That(SnapshotText.Of(changed.Content), Is.EqualTo(SnapshotText.Of(whole)));
            foreach (var at in Worlds.Instants.Where((_, i) => i % 3 == 0)) AssertSame(changed, fresh, at);
            AssertKnown(new SnapshotLookup(changed), RulesIndex.Of(whole));
        }).QuickCheckThrowOnFailure();
    }

    private static void AssertSame(RegistrySnapshot one, RegistrySnapshot other, DateTimeOffset at)
    {
        foreach (var code in Worlds.Codes.Append("000.00.03.H99").Append("000.01.40.H06").Select(AgencyCode.Parse))
            Assert.That(one.AgencyAt(code, at)?.ToString(), Is.EqualTo(other.AgencyAt(code, at)?.ToString()));
        foreach (var territory in new[] { "26734", "01", "03" })
            Assert.That(one.FindByTerritory(territory, at)?.Agency, Is.EqualTo(other.FindByTerritory(territory, at)?.Agency));
        foreach (var (from, to) in Addresses.SelectMany(_ => Addresses, (x, y) => (x, y)))
            Assert.That(one.Explain(from, Worlds.Types[0], to, Facts[0], at).Lines, Is.EqualTo(other.Explain(from, Worlds.Types[0], to, Facts[0], at).Lines));
        foreach (var to in Worlds.Codes.Append("group:listed").Append("group:ruled").Select(RecipientAddress.Parse))
            Assert.That(Resolve(one, to, Worlds.Types[1], at), Is.EqualTo(Resolve(other, to, Worlds.Types[1], at)));
        Assert.That(one.NextReorganisation(at), Is.EqualTo(other.NextReorganisation(at)));
    }

    /// <summary>What rules ask of a snapshot is what they would find by looking through everything.</summary>
    private static void AssertKnown(SnapshotLookup known, RulesIndex whole)
    {
        var records = RegistrySections.All.SelectMany(whole.All).ToList();
        foreach (var (claim, _) in records.SelectMany(Claims.Of))
            Assert.That(known.Holdings(claim), Is.EquivalentTo(whole.Holdings(claim)), claim);
        foreach (var name in records.Select(ObjectForms.Name).Where(n => References.AreNamed(n.Section)))
        {
            foreach (var section in RegistrySections.All)
            {
                var naming = known.MayName(section, new HashSet<(string, string)> { name }).Where(Names);
                Assert.That(naming.Select(ObjectForms.Name), Is.EquivalentTo(whole.All(section).Where(Names).Select(ObjectForms.Name)), $"{name} in {section}");
            }

            bool Names(object record) => References.Of(record).Any(r => (r.Section, r.Id) == name);
        }

        foreach (var (section, id) in records.Select(ObjectForms.Name))
            Assert.That(ObjectForms.ToObject(known.Find(section, id)!), Is.EqualTo(ObjectForms.ToObject(whole.Find(section, id)!)));
    }

    private static NaiveRegistry.Target Resolve(RegistrySnapshot registry, RecipientAddress to, MessageType type, DateTimeOffset at)
    {
        try
        {
            var first = registry.Resolve([new Recipient(to, RecipientRole.Main)], type, at)[0];
            return new NaiveRegistry.Target(first.System.Address, first.Redirection, null);
        }
        catch (ProblemException refused)
        {
            return NaiveRegistry.Target.No(refused.Code.Code);
        }
    }

    private static void Check(int worlds, Action<RegistryContent, DateTimeOffset> property) => Prop
        .ForAll(Arb.From(from content in Worlds.Contents from at in Gen.Elements(Worlds.Instants) select (content, at)), w => property(w.content, w.at))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(worlds));
}
