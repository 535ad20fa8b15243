using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

/// <summary>District H06.40 and what becomes of its addresses and rights: each rule of reorganisations by one example.</summary>
public sealed class When_agencies_are_reorganised
{
    private static readonly MessageType Document = MessageType.Parse("vn.document.v1");
    private static readonly MessageType Land = MessageType.Parse("vn.land.v1");
    private static readonly MessageType Sealed = MessageType.Parse("vn.sealed.v1");
    private static readonly DateTimeOffset On = Now.AddDays(10);
    private static readonly SystemAddress Sender = SystemAddress.Parse("H06/qlvb");

    [Test]
    public void Should_change_at_the_instant_and_not_before()
    {
        var registry = Registry(Merge("H06.40", "H06.41"));
        Assert.That(Resolve(registry, "H06.40", Document, On.AddTicks(-1)), Is.EqualTo("H06.40/qlvb agency:H06.40"));
        Assert.That(Resolve(registry, "H06.40", Document, On), Is.EqualTo("H06.41/qlvb successor-of:H06.40"));
        Assert.That(Resolve(registry, "H06.40/gone", Document, On), Is.EqualTo("H06.41/qlvb successor-of:H06.40"), "a system that left the registry");
        Assert.That(registry.NextReorganisation(Now), Is.EqualTo(On));
        Assert.That(registry.NextReorganisation(On), Is.Null);
    }

    [Test]
    public void Should_choose_the_successor_by_type_then_function_then_everything()
    {
        var registry = Registry(Act(ActKind.Split, "H06.40", [("H06.41", "*"), ("H06.42", "land"), ("H06.43", "vn.sealed2.v1")]));
        Assert.That(Resolve(registry, "H06.40", Document, On), Is.EqualTo("H06.41/qlvb successor-of:H06.40"));
        Assert.That(Resolve(registry, "H06.40", Land, On), Is.EqualTo("H06.42/qlvb successor-of:H06.40"));
    }

    [Test]
    public void Should_give_away_only_what_a_split_names_while_the_agency_stays_open()
    {
        var registry = Registry(Act(ActKind.Split, "H06.40", [("H06.41", "*"), ("H06.42", "land")], closes: false));
        Assert.That(Resolve(registry, "H06.40", Document, On), Is.EqualTo("H06.40/qlvb agency:H06.40"));
        Assert.That(Resolve(registry, "H06.40", Land, On), Is.EqualTo("H06.42/qlvb successor-of:H06.40"));
        Assert.That(registry.AgencyAt(AgencyCode.Parse("H06.40"), On)!.IsOpen);
    }

    [Test]
    public void Should_refuse_naming_the_successors_when_there_is_not_exactly_one()
    {
        Assert.That(Detail(Registry(Act(ActKind.Dissolve, "H06.40", [("H06.41", "*"), ("H06.42", "*")])), Document), Does.Contain("H06.41 (*); H06.42 (*)"));
        Assert.That(Detail(Registry(Act(ActKind.Dissolve, "H06.40", [("H06.42", "land")])), Document), Does.Contain("H06.42 (land)"));
        Assert.That(Detail(Registry(Act(ActKind.Dissolve, "H06.40", [])), Document), Does.Contain("without successors"));
        Assert.That(Detail(Registry(Act(ActKind.Merge, "H06.40", [("H06.41", "*")], ClosedPolicy.Refuse)), Document), Does.Contain("H06.41 (*)"));
        Assert.That(Detail(Registry(Merge("H06.40", "H06.41")), Sealed), Does.Contain("H06.41 (*)"), "sealed for its recipient");
    }

    [Test]
    public void Should_follow_successors_of_successors_and_refuse_a_circle()
    {
        Assert.That(Resolve(Registry(Merge("H06.40", "H06.41"), Merge("H06.41", "H06.42")), "H06.40", Document, On), Is.EqualTo("H06.42/qlvb successor-of:H06.40"));
        Assert.That(Detail(Registry(Merge("H06.40", "H06.41"), Merge("H06.41", "H06.40")), Document), Does.Contain("8 successors"));
    }

    [Test]
    public void Should_undo_a_closure_by_reopening()
    {
        var reopened = Registry(Merge("H06.40", "H06.41"), new Reorganisation("undo", On.AddDays(1), "", [new ReorganisationAct { Act = ActKind.Reopen, Agency = AgencyCode.Parse("H06.40") }]));
        Assert.That(Resolve(reopened, "H06.40", Document, On), Does.StartWith("H06.41"));
        Assert.That(Resolve(reopened, "H06.40", Document, On.AddDays(1)), Is.EqualTo("H06.40/qlvb agency:H06.40"));
        Assert.That(reopened.AgencyAt(AgencyCode.Parse("H06.40"), On.AddDays(1))!.Closure, Is.Null);
    }

    [TestCase("H06/qlvb", "H06.40/qlvb", true, "the address written")]
    [TestCase("H06/qlvb", "H06.41/qlvb", false, "a right that names the successor says nothing of what was written to the closed agency")]
    [TestCase("*", "under:H06.40", true, "as if the closed agency were open")]
    public void Should_judge_a_redirected_message_by_the_address_written(string from, string to, bool allowed, string why)
    {
        var registry = Registry([new Right(from, ["*"], to)], Merge("H06.40", "H06.41"));
        var found = registry.Resolve([To("H06.40/qlvb")], Document, On).Single();
        Assert.That(registry.Allows(Sender, Document, found.System.Address, new MessageFacts(0), On, found.Redirection), Is.EqualTo(allowed), why);
    }

    [TestCase("H06.40", true, true)]
    [TestCase("under:H06.40", true, true)]
    [TestCase("H06.40", false, false)]
    [TestCase("H06.40/qlvb", true, false)]
    public void Should_hand_rights_that_name_the_agency_to_its_successor(string pattern, bool inherit, bool allowed)
    {
        var merge = new Reorganisation("r", On, "", [new ReorganisationAct { Act = ActKind.Merge, Agency = AgencyCode.Parse("H06.40"), Successors = [new Successor(AgencyCode.Parse("H06.41"), ["*"])], InheritRights = inherit }]);
        var registry = Registry([new Right("H06", ["*"], pattern), new Right(pattern, ["*"], "H06")], merge);
        var heir = SystemAddress.Parse("H06.41/qlvb");
        Assert.That(registry.Allows(Sender, Document, heir, 0, On), Is.EqualTo(allowed), "as recipient");
        Assert.That(registry.Allows(heir, Document, Sender, 0, On), Is.EqualTo(allowed), "as sender");
        Assert.That(registry.Allows(Sender, Document, heir, 0, On.AddTicks(-1)), Is.False, "not before");
    }

    [Test]
    public void Should_let_a_closed_agency_send_nothing()
    {
        var registry = Registry([new Right("*", ["*"], "*")], Merge("H06.40", "H06.41"));
        var closed = SystemAddress.Parse("H06.40/qlvb");
        Assert.That(registry.Allows(closed, Document, Sender, 0, On.AddTicks(-1)), Is.True);
        Assert.That(registry.Allows(closed, Document, Sender, 0, On), Is.False);
        Assert.That(registry.Explain(closed, Document, Sender, new MessageFacts(0), On).Lines[0], Does.Contain("closed"));
    }

    [Test]
    public void Should_name_the_version_of_the_registry_for_a_group_by_rule()
    {
        var content = Content();
        var registry = new RegistrySnapshot(7, content with { Groups = [new Group("districts", 2, "", []) { Rule = new GroupRule("district", AgencyCode.Parse("H06"), Document) }] });
        var found = registry.Resolve([To("group:districts")], Document, Now);
        Assert.That(found.Select(r => r.Why).Distinct(), Is.EqualTo(new[] { "group:districts@2.r7" }));
        var next = registry.With(8, [new SnapshotChange(RegistrySections.Rights, "x", new Right("*", ["*"], "H06") { Id = "x" })]);
        Assert.That(next.Resolve([To("group:districts")], Document, Now)[0].Why, Is.EqualTo("group:districts@2.r8"));
    }

    [Test]
    public void Should_explain_why_each_right_does_not_cover_in_a_bounded_text()
    {
        var rights = Enumerable.Range(0, 500).Select(i => new Right("H06", ["vn.land.v1"], "H06.41") { Id = $"other-{i:000}" })
            .Append(new Right("H06", ["*"], "H06.41", MaxPriority: 1) { Id = "a-priority" })
            .Append(new Right("H06", ["*"], "H06.41", ValidUntil: Now) { Id = "a-ended" }).ToList();
        var denied = Registry(rights).Explain(Sender, Document, SystemAddress.Parse("H06.41/qlvb"), new MessageFacts(2), Now);
        Assert.That(denied.Allowed, Is.False);
        Assert.That(denied.Lines, Has.Count.LessThanOrEqualTo(50));
        Assert.That(denied.Lines, Has.Some.Contains("a-priority").And.Some.Contains("a-ended").And.Some.Contains("more rights"));
        var allowed = Registry([.. rights, new Right("under:H06", ["*"], "*") { Id = "wide" }]).Explain(Sender, Document, SystemAddress.Parse("H06.41/qlvb"), new MessageFacts(2), Now);
        Assert.That((allowed.Allowed, allowed.Right), Is.EqualTo((true, "wide")));
    }

    private static RegistrySnapshot Registry(params Reorganisation[] reorganisations) => Registry([], reorganisations);

    private static RegistrySnapshot Registry(IReadOnlyList<Right> rights, params Reorganisation[] reorganisations) => new(1, new RegistryContent
    {
        Hub = HubAddress,
        Levels = [new Level("any", "Cấp", "", 1)],
        Agencies = [.. new[] { "H06", "H06.40", "H06.41", "H06.42", "H06.43" }.Select(c => new Agency { Code = AgencyCode.Parse(c), Name = c, Level = "any", Parent = c == "H06" ? null : AgencyCode.Parse("H06") })],
        Services = [new(Document, "", ""), new(Land, "", "") { Function = "land" }, new(Sealed, "", "") { Confidentiality = Confidentiality.EndToEnd }],
        Systems = [.. new[] { "H06", "H06.40", "H06.41", "H06.42", "H06.43" }.Select(c => new AgencySystem { Address = SystemAddress.Parse(c + "/qlvb"), Name = c, Receives = [Document, Land, Sealed] })],
        Reorganisations = reorganisations,
        Rights = rights,
    });

    private static Reorganisation Merge(string closed, string into) => Act(ActKind.Merge, closed, [(into, "*")]);

    private static Reorganisation Act(ActKind kind, string agency, IEnumerable<(string Agency, string Scope)> successors, ClosedPolicy policy = ClosedPolicy.Redirect, bool closes = true) =>
        new($"r-{agency}", On, "", [new ReorganisationAct
        {
            Act = kind, Agency = AgencyCode.Parse(agency), Policy = policy, Closes = closes,
            Successors = [.. successors.Select(s => new Successor(AgencyCode.Parse(s.Agency), [s.Scope]))],
        }]);

    private static Recipient To(string address) => new(RecipientAddress.Parse(address), RecipientRole.Main);

    private static string Resolve(RegistrySnapshot registry, string to, MessageType type, DateTimeOffset at)
    {
        var found = registry.Resolve([To(to)], type, at).Single();
        return $"{found.System.Address} {found.Why}";
    }

    private static string Detail(RegistrySnapshot registry, MessageType type)
    {
        var refused = Assert.Throws<ProblemException>(() => registry.Resolve([To("H06.40")], type, On))!;
        Assert.That(refused.Code, Is.SameAs(ProblemCode.RecipientClosed));
        return refused.Problem.Items[0].Detail!;
    }
}
