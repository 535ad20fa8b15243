using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Host.Composition.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class When_two_operators_are_registered : TwoOperators
{
    [Test]
    public async Task Should_keep_a_new_right_until_the_second_agrees()
    {
        var proposed = await ProposeAsync(An);
        Assert.That((proposed.State, proposed.Version, proposed.Needs.Single().By), Is.EqualTo(("pending", 1L, "operator")));
        Assert.That(_bench.Registry.Current.Version, Is.EqualTo(1));
        var approved = await _bench.Registry.ApproveAsync(proposed.Proposal!, Binh, "đúng");
        var entries = await _bench.EntriesAsync();
        Assert.Multiple(() =>
        {
            Assert.That((approved.State, approved.Version, _bench.Registry.Current.Version), Is.EqualTo(("applied", 2L, 2L)));
            Assert.That(entries[^3..].Select(e => e.Kind), Is.EqualTo(new[] { EntryKinds.RegistryProposed, EntryKinds.RegistryDecided, EntryKinds.RegistryChanged }));
            Assert.That(((string?)entries[^1].Body["actor"], (string?)entries[^1].Body["approvedBy"]), Is.EqualTo(("operator:an", "operator:binh")));
            Assert.That((string?)entries[^2].Body["digest"], Is.EqualTo((string?)entries[^3].Body["digest"]));
        });
        var kept = Proposal.Read((await _bench.Store.FindProposalAsync(proposed.Proposal!))!);
        Assert.That((kept.State, kept.End!.Version, kept.Approvals.Single().Reason), Is.EqualTo(("applied", 2L, "đúng")));
    }

    [Test]
    public async Task Should_not_let_the_proposer_or_the_socket_approve()
    {
        var proposal = (await ProposeAsync(An)).Proposal!;
        foreach (var actor in new[] { An, Socket, Operator("nobody"), Of(RegistryBench.System) })
            Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(proposal, actor, null)), Is.SameAs(ProblemCode.NotAllowed), actor.Name);
        var fromSocket = (await ProposeAsync(Socket, "r3")).Proposal!;
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(fromSocket, new RegistryActor("operator:other"), null)), Is.SameAs(ProblemCode.NotAllowed));
        Assert.That((await _bench.Registry.ApproveAsync(fromSocket, An, null)).State, Is.EqualTo("applied"));
    }

    [Test]
    public async Task Should_ask_for_the_proof_again_when_a_proposal_without_one_is_approved()
    {
        await using var waived = await RegistryBench.StartAsync(["an", "binh"], development: true);
        var proposed = await waived.ApplyAsync(An, "keys", "H06/qlvb k2", await waived.KeyAsync(RegistryBench.System, "k2", proven: false));
        Assert.That(proposed.State, Is.EqualTo("pending"));
        using var strict = await waived.RestartAsync();
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await strict.ApproveAsync(proposed.Proposal!, Binh, null));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.ProofInvalid));
        Assert.That(strict.Current.FindSystem(RegistryBench.System)!.Keys, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Should_take_trust_away_at_once()
    {
        var removed = await _bench.ApplyAsync(An, "rights", "r1", null);
        var revoked = await _bench.ApplyAsync(An, "keys", "H06/qlvb k1", new JsonObject { ["pem"] = _bench.Pem("H06/qlvb k1"), ["revoked"] = "2026-03-01T00:00:00Z" });
        var closed = await _bench.ApplyAsync(An, "agencies", "H07", new JsonObject { ["name"] = "UBND tỉnh khác", ["level"] = "province", ["validUntil"] = "2026-06-01" });
        Assert.That(new[] { removed.State, revoked.State, closed.State }, Is.All.EqualTo("applied"));
    }

    [Test]
    public async Task Should_not_apply_a_proposal_over_a_document_imported_meanwhile()
    {
        var right = new JsonObject { ["from"] = "H06", ["services"] = new JsonArray("*"), ["to"] = "H07" };
        var widened = (await _bench.ApplyAsync(An, "rights", "r1", right)).Proposal!;
        var added = (await ProposeAsync(An)).Proposal!;
        var document = _bench.Document("an", "binh");
        var imported = await _bench.Registry.ImportAsync(document[..document.IndexOf("rights:", StringComparison.Ordinal)], Binh, dryRun: false, reason: null);
        Assert.That((imported.State, imported.Version), Is.EqualTo(("applied", 2L)));
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(widened, Binh, null)), Is.SameAs(ProblemCode.RegistryConflict));
        Assert.That((await _bench.Registry.ApproveAsync(added, Binh, null)).State, Is.EqualTo("applied"));
        Assert.That(_bench.Registry.Current.FindRight("r1"), Is.Null);
    }

    [Test]
    public async Task Should_not_let_one_remove_the_other()
    {
        Assert.That((await _bench.ApplyAsync(An, "people", "binh", null)).State, Is.EqualTo("pending"));
        var ends = new JsonObject { ["role"] = "operator", ["validUntil"] = "2026-03-03", ["keys"] = new JsonArray(new JsonObject { ["id"] = "k1", ["pem"] = _bench.Pem("binh") }) };
        Assert.That((await _bench.ApplyAsync(An, "people", "binh", ends)).State, Is.EqualTo("pending"));
    }

    [Test]
    public async Task Should_let_an_old_key_bring_in_a_new_one_once()
    {
        var key = await _bench.KeyAsync(RegistryBench.System, "k2", older: "k1");
        var added = await _bench.ApplyAsync(Of(RegistryBench.System), "keys", "H06/qlvb k2", (JsonObject)key.DeepClone());
        Assert.That((added.State, (string?)(await _bench.EntriesAsync())[^1].Body["approvedBy"]), Is.EqualTo(("applied", "key k1 of H06/qlvb")));

        _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await _bench.ApplyAsync(An, "keys", "H06/qlvb k2", null);
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(An, "keys", "H06/qlvb k2", key)), Is.SameAs(ProblemCode.ProofInvalid), "the old word brought a removed key back");
    }

    [Test]
    public async Task Should_ask_for_a_second_person_when_no_old_key_vouches()
    {
        var stranger = await _bench.KeyAsync(RegistryBench.System, "k2");
        Assert.That((await _bench.ApplyAsync(An, "keys", "H06/qlvb k2", stranger)).State, Is.EqualTo("pending"));
        await _bench.ApplyAsync(An, "keys", "H06/qlvb k1", new JsonObject { ["pem"] = _bench.Pem("H06/qlvb k1"), ["revoked"] = "2026-03-01T00:00:00Z" });
        var byRevoked = await _bench.KeyAsync(RegistryBench.System, "k3", older: "k1");
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(An, "keys", "H06/qlvb k3", byRevoked)), Is.SameAs(ProblemCode.ProofInvalid));
    }

    [Test]
    public async Task Should_refuse_to_apply_what_changed_meanwhile()
    {
        var change = new JsonObject { ["name"] = "Khác", ["channel"] = new JsonObject { ["kind"] = "push", ["url"] = "https://khac.example/in" }, ["receives"] = new JsonArray("vn.document.v1") };
        var proposed = await _bench.ApplyAsync(An, "systems", "H06/qlvb", change);
        await _bench.ApplyAsync(An, "systems", "H06/qlvb", new JsonObject { ["name"] = "Văn bản mới", ["receives"] = new JsonArray("vn.document.v1") });
        Assert.That(proposed.State, Is.EqualTo("pending"));
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(proposed.Proposal!, Binh, null)), Is.SameAs(ProblemCode.RegistryConflict));
    }

    [Test]
    public async Task Should_close_a_proposal_once()
    {
        var proposal = (await ProposeAsync(An)).Proposal!;
        await _bench.Registry.RejectAsync(proposal, Binh, "sai");
        Assert.That(((await _bench.Store.FindProposalAsync(proposal))!.State, (string?)(await _bench.EntriesAsync())[^1].Body["decision"]), Is.EqualTo(("rejected", "rejected")));
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(proposal, Binh, null)), Is.SameAs(ProblemCode.ProposalClosed));
        var own = (await ProposeAsync(An)).Proposal!;
        await _bench.Registry.RejectAsync(own, An, "thôi");
        Assert.That((await _bench.Store.FindProposalAsync(own))!.State, Is.EqualTo("withdrawn"));
    }

    [Test]
    public async Task Should_let_proposals_run_out_of_time()
    {
        var proposal = (await ProposeAsync(An)).Proposal!;
        _bench.Clock.Advance(TimeSpan.FromDays(30));
        using var restarted = await _bench.RestartAsync();
        var work = new ProposalWork(restarted, NullLogger<ProposalWork>.Instance);
        await work.RunAsync(CancellationToken.None);
        Assert.That((await _bench.Store.FindProposalAsync(proposal))!.State, Is.EqualTo("expired"));
        Assert.That(async () => await _bench.Registry.ApproveAsync(proposal, Binh, null), Throws.TypeOf<ProblemException>().With.Property("Code").SameAs(ProblemCode.ProposalClosed));
    }

    [Test]
    public async Task Should_make_one_proposal_of_an_import()
    {
        var yaml = _bench.Document("an", "binh").Replace("to: H07}", "to: H07}\n  - {from: H07, services: [vn.document.v1], to: H06}", StringComparison.Ordinal);
        var report = await _bench.Registry.ImportAsync(yaml, "operator:lan");
        Assert.That((report.State, report.Version, report.Needs.Count), Is.EqualTo(("pending", 1L, 1)));
        await _bench.Registry.ApproveAsync(report.Proposal!, An, null);
        Assert.That((string?)(await _bench.EntriesAsync())[^1].Body["sha256"], Is.EqualTo(report.Sha256));
        Assert.That((await _bench.Registry.ImportAsync(yaml, "operator:lan")).State, Is.EqualTo("unchanged"));
    }

    [Test]
    public async Task Should_keep_operators_within_their_subtree()
    {
        var within = Operator("an", AgencyCode.Parse("H06"));
        Assert.That((await _bench.ApplyAsync(within, "rights", "r1", null)).State, Is.EqualTo("applied"), "one end lies inside");
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(within, "agencies", "H07", new JsonObject { ["name"] = "x", ["level"] = "province" })), Is.SameAs(ProblemCode.OutsideSubtree));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(within, "rights", "r2", Right())), Is.SameAs(ProblemCode.OutsideSubtree));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(within, "people", "chi", new JsonObject { ["role"] = "operator" })), Is.SameAs(ProblemCode.OutsideSubtree));
        var outside = (await ProposeAsync(Binh)).Proposal!;
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(outside, within, null)), Is.SameAs(ProblemCode.OutsideSubtree));
    }

    [Test]
    public async Task Should_let_systems_change_their_own_only()
    {
        var own = await _bench.ApplyAsync(Of(RegistryBench.System), "systems", "H06/qlvb", new JsonObject { ["name"] = "Tên mới", ["receives"] = new JsonArray("vn.document.v1") });
        Assert.That(own.State, Is.EqualTo("applied"));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Of(RegistryBench.System), "systems", "H07/qlvb", new JsonObject { ["name"] = "x" })), Is.SameAs(ProblemCode.OutsideSubtree));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Of(RegistryBench.System), "rights", "r1", null)), Is.SameAs(ProblemCode.OutsideSubtree));
    }

    [Test]
    public async Task Should_leave_to_one_person_what_the_policy_exempts()
    {
        var policy = await _bench.ApplyAsync(An, "policy", "policy", new JsonObject { ["singlePerson"] = new JsonArray("right") });
        await _bench.Registry.ApproveAsync(policy.Proposal!, Binh, null);
        var right = await ProposeAsync(An);
        Assert.That((right.State, (string?)(await _bench.EntriesAsync())[^1].Body["approvedBy"]), Is.EqualTo(("applied", "nobody: the policy lets one person do this (right)")));
    }

    private async Task<ChangeOutcome> ProposeAsync(RegistryActor actor, string id = "r2") => await _bench.ApplyAsync(actor, "rights", id, Right());

    private static JsonObject Right() => new() { ["from"] = "H07", ["services"] = new JsonArray("vn.document.v1"), ["to"] = "H06" };
}
