using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Registry.Onboarding;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class When_an_agency_applies
{
    private static readonly SystemAddress New = SystemAddress.Parse("H06.01/motcua");
    private RegistryBench _bench = null!;
    private OnboardingService _desk = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await RegistryBench.StartAsync(["an", "binh"]);
        _desk = Desk(_bench);
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_be_active_once_operator_and_provider_agree()
    {
        var asked = await _desk.RequestAsync(await SignedAsync(await RequestAsync("vn.document.v1")));
        Assert.That(asked.Needs.Select(n => (n.By, n.Agency?.Value)), Is.EqualTo(new[] { ("operator", null), ("provider", "H07") }));
        Assert.That((await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null)).State, Is.EqualTo("pending"));
        var status = await _desk.FindAsync(asked.Proposal!);
        Assert.That((status.State, status.Missing.Single().By), Is.EqualTo(("pending", "provider")));

        var outcome = await _bench.Registry.ApproveAsync(asked.Proposal!, Of(SystemAddress.Parse("H07/qlvb")), "đồng ý");
        var now = _bench.Registry.Current;
        Assert.Multiple(async () =>
        {
            Assert.That((outcome.State, (await _desk.FindAsync(asked.Proposal!)).State), Is.EqualTo(("applied", "applied")));
            Assert.That(now.FindSystem(New)!.Keys.Single().Key.Thumbprint, Is.EqualTo(_bench.Thumbprint($"{New} k1")));
            Assert.That(now.Allows(New, MessageType.Parse("vn.document.v1"), SystemAddress.Parse("H07/qlvb"), 0, RegistrySamples.Now), Is.True);
            Assert.That((string?)(await _bench.EntriesAsync())[^1].Body["approvedBy"], Is.EqualTo("operator:an, H07/qlvb"));
            Assert.That((await _bench.EntriesAsync()).Select(e => e.Kind).TakeLast(4), Is.EqualTo(new[] { EntryKinds.RegistryProposed, EntryKinds.RegistryDecided, EntryKinds.RegistryDecided, EntryKinds.RegistryChanged }));
        });
    }

    [Test]
    public async Task Should_need_two_people_when_nobody_else_knows_the_applicant()
    {
        var asked = await _desk.RequestAsync(await SignedAsync(await RequestAsync("vn.report.v1")));
        Assert.That(asked.Needs.Select(n => n.By), Is.EqualTo(new[] { "operator", "operator" }));
        await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null);
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null)), Is.SameAs(ProblemCode.NotAllowed));
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(asked.Proposal!, Socket, null)), Is.SameAs(ProblemCode.NotAllowed));
        Assert.That((await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("binh"), null)).State, Is.EqualTo("applied"));
    }

    [Test]
    public async Task Should_not_let_one_operator_speak_for_the_provider_too()
    {
        var asked = await _desk.RequestAsync(await SignedAsync(await RequestAsync("vn.document.v1")));
        await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null);
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null)), Is.SameAs(ProblemCode.NotAllowed));
    }

    [Test]
    public async Task Should_refuse_what_is_not_proven()
    {
        var request = await RequestAsync("vn.report.v1");
        var withoutProof = request.DeepClone().AsObject();
        withoutProof["keys"]![0]!.AsObject().Remove("proof");
        var otherHub = request.DeepClone().AsObject();
        otherHub["hub"] = "Z98/hub";
        var known = request.DeepClone().AsObject();
        known["system"] = "H06/qlvb";
        var inside = request.DeepClone().AsObject();
        inside["channel"] = new JsonObject { ["kind"] = "push", ["url"] = "http://10.0.0.1/", ["allowPrivate"] = true };
        var stranger = await SignedDocument.SignAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), SignedDocument.OnboardingType, _bench.Signer("x k9"));
        foreach (var (jws, code) in new (byte[] Jws, ProblemCode Code)[]
        {
            (await SignedAsync(withoutProof), ProblemCode.ProofInvalid),
            (await SignedAsync(otherHub), ProblemCode.InvalidRequest),
            (await SignedAsync(known), ProblemCode.RegistryConflict),
            (await SignedAsync(inside), ProblemCode.RegistryInvalid),
            (Encoding.ASCII.GetBytes(stranger), ProblemCode.KeyUnknown),
            ([.. (await SignedAsync(request))[..^6], .. "AAAAAA"u8], ProblemCode.SignatureInvalid),
            (new byte[100_000], ProblemCode.TooLarge),
        }) Assert.That(await _bench.RefusedAsync(async () => await _desk.RequestAsync(jws)), Is.SameAs(code));
    }

    [Test]
    public async Task Should_let_a_system_ask_for_more_services_for_itself()
    {
        var request = OnboardingRequest.Read("""{"hub":"Z99/hub","system":"H06/qlvb","services":[{"type":"vn.report.v1","to":"H06.01"}],"contact":"Lan, 0900"}"""u8);
        Assert.That(async () => await _desk.RequestAsync(request, SystemAddress.Parse("H07/qlvb")), Throws.TypeOf<ProblemException>().With.Property("Code").SameAs(ProblemCode.OutsideSubtree));
        var asked = await _desk.RequestAsync(request, RegistryBench.System);
        Assert.That((asked.State, asked.Needs.Single().By), Is.EqualTo(("pending", "operator")));
        Assert.That((await _bench.Registry.ApproveAsync(asked.Proposal!, Operator("an"), null)).Changes.Single().Section, Is.EqualTo("rights"));
    }

    [Test]
    public async Task Should_bound_the_requests_that_wait()
    {
        var jws = await SignedAsync(await RequestAsync("vn.report.v1"));
        for (var i = 0; i < 5; i++) await _desk.RequestAsync(jws);
        Assert.That(await _bench.RefusedAsync(async () => await _desk.RequestAsync(jws)), Is.SameAs(ProblemCode.RateLimited));
    }

    [Test]
    public async Task Should_do_thousands_in_parts_and_again_without_harm()
    {
        await using var bench = await RegistryBench.StartAsync();
        var parts = Enumerable.Range(0, 4).Select(part => new RegistryPatch([.. Enumerable.Range(0, 50).SelectMany(i => new[]
        {
            new ObjectChange("agencies", $"H06.{part}{i:d2}", new JsonObject { ["name"] = $"Xã {part} {i}", ["level"] = "province", ["parent"] = "H06" }),
            new ObjectChange("systems", $"H06.{part}{i:d2}/qlvb", new JsonObject { ["name"] = "QLVB", ["receives"] = new JsonArray("vn.document.v1") }),
        })])).Append(new RegistryPatch([new ObjectChange("rights", "r9", new JsonObject { ["from"] = "H99", ["services"] = new JsonArray("*"), ["to"] = "H06" })])).ToList();
        var first = await new BulkRun(bench.Registry).RunAsync(parts, Socket, dryRun: false).ToListAsync();
        var again = await new BulkRun(bench.Registry).RunAsync(parts, Socket, dryRun: false).ToListAsync();
        Assert.That(first.Select(p => p.Outcome?.State), Is.EqualTo(new[] { "applied", "applied", "applied", "applied", null }));
        Assert.That((first[^1].Objects, first[^1].Refusal!.Code), Is.EqualTo((401, ProblemCode.RegistryInvalid)));
        Assert.That(again.Select(p => p.Outcome?.State), Is.EqualTo(new[] { "unchanged", "unchanged", "unchanged", "unchanged", null }));
    }

    private static OnboardingService Desk(RegistryBench bench) => new(bench.Registry, bench.Store, Storage.DataFolder.Keys, bench.Clock);

    private async Task<JsonObject> RequestAsync(string service)
    {
        var key = await _bench.KeyAsync(New, "k1");
        key["id"] = "k1";
        return new JsonObject
        {
            ["hub"] = "Z99/hub", ["system"] = New.ToString(), ["name"] = "Một cửa", ["keys"] = new JsonArray(key), ["contact"] = "Lan, lan@example.vn",
            ["services"] = new JsonArray(new JsonObject { ["type"] = service, ["to"] = "H07" }),
        };
    }

    private async Task<byte[]> SignedAsync(JsonObject request) =>
        Encoding.ASCII.GetBytes(await SignedDocument.SignAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), SignedDocument.OnboardingType, _bench.Signer($"{New} k1")));
}
