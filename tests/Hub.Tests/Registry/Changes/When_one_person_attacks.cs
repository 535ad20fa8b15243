using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;
using Hub.Core.Registry.Onboarding;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

/// <summary>What one operator, one system or one stranger tries against the registry alone.</summary>
[TestFixture]
public sealed class When_one_person_attacks : TwoOperators
{
    [Test]
    public async Task Should_not_change_what_a_pending_right_means_by_making_its_group_anew()
    {
        await _bench.ApplyAsync(An, "groups", "g", Group("H06"));
        var right = new JsonObject { ["from"] = "group:g", ["services"] = new JsonArray("vn.report.v1"), ["to"] = "H07" };
        var proposed = await _bench.ApplyAsync(An, "rights", "r9", right);
        await _bench.ApplyAsync(An, "groups", "g", null);
        await _bench.ApplyAsync(An, "groups", "g", Group("H06.01"));
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(proposed.Proposal!, Binh, null)), Is.SameAs(ProblemCode.RegistryConflict));
    }

    [Test]
    public async Task Should_approve_a_right_of_a_group_that_stayed_as_it_was()
    {
        await _bench.ApplyAsync(An, "groups", "g", Group("H06"));
        var proposed = await _bench.ApplyAsync(An, "rights", "r9", new JsonObject { ["from"] = "group:g", ["services"] = new JsonArray("vn.report.v1"), ["to"] = "H07" });
        var approved = await _bench.Registry.ApproveAsync(proposed.Proposal!, Binh, null);
        Assert.That((approved.State, approved.Changes.Single().Section), Is.EqualTo(("applied", "rights")));
    }

    [TestCase("people", "an")]
    [TestCase("people", "nobody")]
    [TestCase("keys", "H07/qlvb k1")]
    [TestCase("rights", "r1")]
    [TestCase("systems", "H07/qlvb")]
    public async Task Should_tell_a_system_nothing_of_what_is_not_its_own(string section, string id)
    {
        foreach (var (value, seen) in new (JsonObject?, string?)[] { (null, "guess"), (null, null), (null, "") })
            Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Of(RegistryBench.System), section, id, value, seen)), Is.SameAs(ProblemCode.OutsideSubtree));
    }

    [TestCase("people", "an")]
    [TestCase("people", "nobody")]
    [TestCase("keys", "H07/qlvb k1")]
    [TestCase("agencies", "H07")]
    [TestCase("policy", "policy")]
    public async Task Should_tell_an_operator_nothing_of_what_lies_outside_his_subtree(string section, string id) =>
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Operator("an", AgencyCode.Parse("H06")), section, id, null, "guess")), Is.SameAs(ProblemCode.OutsideSubtree));

    [Test]
    public async Task Should_not_let_one_system_fill_the_places_of_proposals()
    {
        for (var i = 0; i < 5; i++) Assert.That((await ProposeKeyAsync(i)).State, Is.EqualTo("pending"));
        Assert.That(await _bench.RefusedAsync(() => ProposeKeyAsync(9)), Is.SameAs(ProblemCode.RateLimited));
        Assert.That((await _bench.ApplyAsync(An, "rights", "r9", new JsonObject { ["from"] = "H07", ["services"] = new JsonArray("*"), ["to"] = "H06" })).State, Is.EqualTo("pending"));
    }

    [Test]
    public async Task Should_follow_an_agency_that_moved_into_another_subtree()
    {
        var plan = new JsonObject { ["on"] = "2026-03-02T00:00:00Z", ["basis"] = "NQ 1", ["acts"] = new JsonArray(new JsonObject { ["act"] = "move", ["agency"] = "H06.01", ["parent"] = "H07" }) };
        var proposed = await _bench.ApplyAsync(An, "reorganisations", "nq-1", plan);
        await _bench.Registry.ApproveAsync(proposed.Proposal!, Binh, null);
        _bench.Clock.Advance(DateTimeOffset.Parse("2026-03-03T00:00:00Z", null) - _bench.Clock.GetUtcNow());
        var closing = new JsonObject { ["name"] = "Sở Một", ["level"] = "province", ["parent"] = "H06", ["validUntil"] = "2027-01-01" };
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Operator("an", AgencyCode.Parse("H06")), "agencies", "H06.01", (JsonObject)closing.DeepClone())), Is.SameAs(ProblemCode.OutsideSubtree), "it left his subtree");
        Assert.That((await _bench.ApplyAsync(Operator("an", AgencyCode.Parse("H07")), "agencies", "H06.01", closing)).State, Is.EqualTo("applied"), "it came into his");
    }

    [Test]
    public async Task Should_ask_for_two_when_a_stranger_asked_before_there_were_two()
    {
        await using var bench = await RegistryBench.StartAsync(["an"]);
        var desk = new OnboardingService(bench.Registry, bench.Store, Storage.DataFolder.Keys, bench.Clock);
        var system = SystemAddress.Parse("H06.01/moi");
        var key = await bench.KeyAsync(system, "k1");
        key["id"] = "k1";
        var request = new JsonObject { ["hub"] = "Z99/hub", ["system"] = system.ToString(), ["name"] = "Mới", ["keys"] = new JsonArray(key), ["contact"] = "x" };
        var asked = await desk.RequestAsync(Encoding.ASCII.GetBytes(await SignedDocument.SignAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), SignedDocument.OnboardingType, bench.Signer($"{system} k1"))));
        await bench.Registry.ImportAsync(bench.Document("an", "binh"), "operator:lan");
        Assert.That((await bench.Registry.ApproveAsync(asked.Proposal!, An, null)).State, Is.EqualTo("pending"));
        Assert.That(await bench.RefusedAsync(async () => await bench.Registry.ApproveAsync(asked.Proposal!, An, null)), Is.SameAs(ProblemCode.NotAllowed));
        Assert.That((await bench.Registry.ApproveAsync(asked.Proposal!, Binh, null)).State, Is.EqualTo("applied"));
    }

    [Test]
    public async Task Should_not_leave_a_thief_the_keys_that_a_stolen_one_vouched_for()
    {
        var stolen = _bench.Clock.GetUtcNow();
        _bench.Clock.Advance(TimeSpan.FromHours(1));
        await _bench.ApplyAsync(Of(RegistryBench.System), "keys", "H06/qlvb k2", await _bench.KeyAsync(RegistryBench.System, "k2", older: "k1"));
        await _bench.ApplyAsync(Of(RegistryBench.System), "keys", "H06/qlvb k3", await _bench.KeyAsync(RegistryBench.System, "k3", older: "k2"));
        var asked = await ProposeKeyAsync(4);
        await _bench.Registry.CompromiseAsync(RegistryBench.System, "k1", stolen, An, "máy bị mất");
        var entry = (await _bench.EntriesAsync()).Last(e => e.Kind == Hub.Contracts.Trail.EntryKinds.KeyCompromised).Body;
        Assert.Multiple(async () =>
        {
            Assert.That(_bench.Registry.Current.FindSystem(RegistryBench.System)!.Keys.Select(k => k.Revoked), Is.All.EqualTo(stolen));
            Assert.That(entry["vouched"]!.AsArray().Select(k => (string?)k!["keyId"]), Is.EqualTo(new[] { "k2", "k3" }));
            Assert.That((await _bench.Store.FindProposalAsync(asked.Proposal!))!.State, Is.EqualTo("rejected"));
        });
    }

    [Test]
    public async Task Should_leave_the_keys_that_came_before_the_theft()
    {
        await _bench.ApplyAsync(Of(RegistryBench.System), "keys", "H06/qlvb k2", await _bench.KeyAsync(RegistryBench.System, "k2", older: "k1"));
        _bench.Clock.Advance(TimeSpan.FromHours(1));
        await _bench.Registry.CompromiseAsync(RegistryBench.System, "k1", _bench.Clock.GetUtcNow(), An, "máy bị mất");
        Assert.That(_bench.Registry.Current.FindSystem(RegistryBench.System)!.Keys.Select(k => (k.Key.Id, k.Revoked is null)), Is.EquivalentTo(new[] { ("k1", false), ("k2", true) }));
    }

    [Test]
    public async Task Should_not_take_an_agency_out_of_history_step_by_step()
    {
        await _bench.ApplyAsync(An, "rights", "r1", null);
        await _bench.ApplyAsync(An, "systems", "H06/qlvb", null);
        await _bench.ApplyAsync(An, "agencies", "H06.01", null);
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(An, "agencies", "H06", null)), Is.SameAs(ProblemCode.RegistryInvalid));
    }

    private async Task<ChangeOutcome> ProposeKeyAsync(int number) =>
        await _bench.ApplyAsync(Of(RegistryBench.System), "keys", $"H06/qlvb n{number}", await _bench.KeyAsync(RegistryBench.System, $"n{number}"));

    private static JsonObject Group(string member) => new() { ["version"] = 1, ["nameVi"] = "Nhóm", ["members"] = new JsonArray(member) };
}
