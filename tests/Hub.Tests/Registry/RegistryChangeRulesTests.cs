using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;
using static Hub.Tests.Registry.WholeRegistry;

namespace Hub.Tests.Registry;

/// <summary>Rules of changes, object by object.</summary>
public sealed class RegistryChangeRulesTests
{
    private static readonly RegistryContent Before = Content;
    private static readonly SnapshotLookup InForce = new(new RegistrySnapshot(1, Before));
    private static readonly RulesContext Context = new(HubAddress, Development: false, Now);

    [TestCase("agencies", "H06.40", "agencies[H06.40]")]
    [TestCase("levels", "commune", "levels[commune]")]
    [TestCase("services", "vn.reply.v1", "services[vn.reply.v1]")]
    [TestCase("groups", "communes", "groups[communes]")]
    [TestCase("systems", "H06.52/qlvb", "systems[H06.52/qlvb]")]
    [TestCase("reorganisations", "nq-1", "reorganisations[nq-1]")]
    [TestCase("reorganisations", "nq-3", null)]
    [TestCase("reorganisations", "nq-2", "reorganisations[nq-3].acts[0].agency")]
    [TestCase("services", "vn.secret.v1", null)]
    [TestCase("people", "auditor-1", null)]
    [TestCase("anchors", "ca1", null)]
    [TestCase("keys", "H06/qlvb k2", null)]
    [TestCase("rights", "thoa-thuan-7", null)]
    [TestCase("policy", "policy", null)]
    public void CheckChanges_Removal_LeavesNothingDangling(string section, string id, string? place)
    {
        var items = Mistaken([new SnapshotChange(section, id, Value: null)]);
        if (place is null) Assert.That(items, Is.Empty);
        else Assert.That(items.Select(i => i.Subject), Does.Contain(place));
    }

    [Test]
    public void CheckChanges_RemovalWithAllThatNamesIt_IsAllowed() => Assert.That(
        Mistaken([
            new(RegistrySections.Systems, "H06.52/qlvb", null), new(RegistrySections.Keys, "H06.52/qlvb k1", null),
            new(RegistrySections.Groups, "listed", null),
        ]),
        Is.Empty);

    [Test]
    public void CheckChanges_LastKeyRemoved_IsAWarning() => Assert.That(
        RegistryRules.CheckChanges(InForce, [new(RegistrySections.Keys, "H06.51/qlvb k1", null)], Context, new Mistakes()),
        Has.Some.Contains("H06.51/qlvb has no key"));

    [Test]
    public void CheckChanges_SameObjectTwice_IsRefused() => Assert.That(
        Mistaken([new(RegistrySections.Rights, "thoa-thuan-7", null), new(RegistrySections.Rights, "thoa-thuan-7", null)]).Single().Subject,
        Is.EqualTo("rights[thoa-thuan-7]"));

    [Test]
    public void CheckChanges_KeyOfAnother_IsRefusedUnlessItMovesInTheSamePatch()
    {
        var key = Before.Systems.Single(s => s.Address.ToString() == "H06.51/qlvb").Keys[0];
        SnapshotChange added = new(RegistrySections.Keys, "H06.52/qlvb k1", new OwnedKey(SystemAddress.Parse("H06.52/qlvb"), key));
        Assert.That(Mistaken([added]).Single().Subject, Is.EqualTo("keys[H06.52/qlvb k1].pem"));
        Assert.That(Mistaken([added, new(RegistrySections.Keys, "H06.51/qlvb k1", null)]), Is.Empty);
    }

    [Test]
    public void CheckChanges_ParentBelowItself_IsRefused()
    {
        var changed = Before.Agencies.Single(a => a.Code.Value == "H06") with { Parent = AgencyCode.Parse("H06.51") };
        Assert.That(Mistaken([new(RegistrySections.Agencies, "H06", changed)]).Select(i => i.Subject), Does.Contain("agencies[H06].parent"));
    }

    [Test]
    public void CheckChanges_AnyChanges_AgreeWithTheCheckOfTheWhole()
    {
        var gen = from count in Gen.Choose(1, 4) from changes in Gen.ListOf(Change, count) select changes.DistinctBy(c => (c.Section, c.Id)).ToArray();
        Prop.ForAll(Arb.From(gen), changes =>
        {
            var index = RulesIndex.Of(Before);
            var local = Mistaken(changes, index);
            Assert.That(Mistaken(changes).Select(i => i.Subject), Is.EquivalentTo(local.Select(i => i.Subject)));
            index.Apply(changes);
            var whole = new Mistakes();
            var after = ObjectForms.Content(HubAddress, RegistrySections.All.SelectMany(index.All));
            RegistryRules.Check(new Draft(after, new Places()), RulesIndex.Of(Before), Context, whole);
            // In a document a key stands within its system, so that one without a system cannot be written.
            var orphans = index.All(RegistrySections.Keys).Any(k => index.Find(RegistrySections.Systems, ((OwnedKey)k).System.ToString()) is null);
            return local.Count > 0 == (whole.Any || orphans);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Removes, or puts a record of one object in the place of another with some members of a third.</summary>
    private static Gen<SnapshotChange> Change
    {
        get
        {
            var records = ObjectForms.Records(Before).ToArray();
            var removal = Gen.Elements(records).Select(r => r with { Value = null });
            var agency = from old in Gen.Elements(Before.Agencies.ToArray())
                         from code in Gen.Elements("H06", "H06.40", "H06.51", "H06.77", "H06.99", "H07")
                         from parent in Gen.Elements<string?>(null, "H06", "H06.51", "H06.40", "H07")
                         from level in Gen.Elements("province", "commune", "canton")
                         from end in Gen.Elements<DateTimeOffset?>(null, Now.AddDays(-1), Now.AddDays(400))
                         select (object)(old with { Code = AgencyCode.Parse(code), Parent = parent is null ? null : AgencyCode.Parse(parent), Level = level, ValidUntil = end });
            var system = from old in Gen.Elements(Before.Systems.ToArray())
                         from address in Gen.Elements("H06/qlvb", "H06.51/qlvb", "H06.99/qlvb", "H07/a", "H06.09/lgsp")
                         select (object)(old with { Address = SystemAddress.Parse(address) });
            var key = from old in Gen.Elements(Before.Systems.SelectMany(s => s.Keys).ToArray())
                      from address in Gen.Elements("H06/qlvb", "H06.51/qlvb", "H06.09/archive", "H07/a")
                      select (object)new OwnedKey(SystemAddress.Parse(address), old);
            var right = from id in Gen.Elements("thoa-thuan-7", "new")
                        from source in Gen.Elements("*", "H06", "group:communes", "group:listed", "under:H07", "H07/a", "nonsense")
                        from service in Gen.Elements("*", "vn.secret.v1", "vn.new.v1", "hub.ack.v1")
                        select (object)new Right(source, [service], "H06.51") { Id = id };
            var contract = from old in Gen.Elements(Before.Services.ToArray())
                          from type in Gen.Elements("vn.secret.v1", "vn.new.v1", "vn.document.v1")
                          from reply in Gen.Elements<string?>(null, "vn.new.v1", "vn.reply.v1")
                          select (object)(old with { Type = MessageType.Parse(type), Reply = reply is null ? null : MessageType.Parse(reply) });
            var reorganisation = from old in Gen.Elements(Before.Reorganisations.ToArray())
                                 from id in Gen.Elements("nq-1", "nq-3", "nq-4")
                                 from days in Gen.Choose(-300, 600)
                                 select (object)(old with { Id = id, On = Now.AddDays(days) });
            var put = Gen.OneOf(agency, system, key, right, contract, reorganisation)
                .Select(r => new SnapshotChange(ObjectForms.Name(r).Section, ObjectForms.Name(r).Id, r));
            return Gen.Frequency((1, removal), (3, put));
        }
    }

    private static IReadOnlyList<ProblemItem> Mistaken(IReadOnlyList<SnapshotChange> changes, IRegistryLookup? before = null)
    {
        var mistakes = new Mistakes();
        RegistryRules.CheckChanges(before ?? InForce, changes, Context, mistakes);
        return mistakes.Any ? Assert.Throws<ProblemException>(mistakes.ThrowIfAny)!.Problem.Items : [];
    }
}
