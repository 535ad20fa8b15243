using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Tests.Intake;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Registry;

/// <summary>What was decided is explained exactly as it was decided, whatever became of the registry since.</summary>
public sealed class PastDecisionsTests
{
    private static readonly RegistryActor Lan = new("operator:lan");
    private static readonly MessageType Ask = MessageType.Parse("vn.ask.v1");
    private static readonly MessageType Answer = MessageType.Parse("vn.answer.v1");

    [Test]
    public void ExplainAsync_AnyMessageUnderAnyRegistry_GivesTheDecisionOfItsTime()
    {
        var right = from pattern in Gen.Elements("H06/qlvb", "H06", "under:H06", "*", "group:communes")
                    from to in Gen.Elements("H06.40.01", "H06.40.01/qlvb", "under:H06.40", "*", "group:communes")
                    from priority in Gen.Choose(0, 2)
                    from condition in Gen.Elements("sealed", "attachments", "maxBytes", "")
                    select new RightSample(pattern, to, priority, condition);
        var step = from rights in Gen.ListOf(right, 3)
                   from priority in Gen.Choose(0, 2)
                   from attached in Gen.Elements(true, false)
                   from to in Gen.Elements("H06.40.01", "H06.40.01/qlvb", "group:communes", "H06.40.02/qlvb")
                   select new Step([.. rights], priority, attached, to);
        Prop.ForAll(Arb.From(Gen.ListOf(step, 6)), steps => Task.Run(() => HoldsAsync([.. steps])).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Test]
    public async Task ExplainAsync_ReplyWithoutARight_IsAllowedAsReply()
    {
        await using var bench = await StartAsync();
        await PutAsync(bench, "services", "vn.answer.v1", new JsonObject { ["nameVi"] = "Đáp" });
        await PutAsync(bench, "services", "vn.ask.v1", new JsonObject { ["nameVi"] = "Hỏi", ["reply"] = "vn.answer.v1" });
        await PutAsync(bench, "systems", Commune.ToString(), new JsonObject { ["name"] = "Xã Một", ["receives"] = new JsonArray("vn.document.v1", "vn.ask.v1") });
        await PutAsync(bench, "rights", "ask", new JsonObject { ["from"] = "H06", ["services"] = new JsonArray("vn.ask.v1"), ["to"] = "H06.40.01" });
        var request = await bench.SendAsync(Document("q") with { Type = Ask });
        var asked = (await bench.Store.FindMessageAsync(request.Key))!;
        var reply = await bench.SendAsync(Document("a", "H06/qlvb") with { From = Commune, Type = Answer, InReplyTo = new InReplyTo(asked.Key, asked.Sha256) });
        await PutAsync(bench, "services", "vn.ask.v1", new JsonObject { ["nameVi"] = "Hỏi" });
        var decision = (await ExplainAsync(bench, reply.Key)).Decisions.Single();
        Assert.That((decision.To, decision.Decision.Allowed, decision.Decision.Right), Is.EqualTo((Province, true, (string?)null)));
        Assert.That(decision.Decision.Lines[0], Does.Contain(asked.Key.Value));
    }

    private static async Task<bool> HoldsAsync(IReadOnlyList<Step> steps)
    {
        await using var bench = await StartAsync();
        await PutAsync(bench, "reorganisations", "merge", JsonNode.Parse("""
            {"on": "2026-03-05T00:00:00Z", "basis": "NQ 1", "acts": [{"act": "merge", "agency": "H06.40.01", "inheritRights": false, "successors": [{"agency": "H06.40.02", "scope": ["*"]}]}]}
            """)!.AsObject());
        using var history = new RegistryHistory(bench.Store, bench.Registry);
        var past = new PastDecisions(history, bench.Store);
        List<(MessageKey Key, IReadOnlyList<(SystemAddress, string?)> Decided)> accepted = [];
        List<(long Version, DateTimeOffset At, MessageFacts Facts, SystemAddress To, Redirection? Redirection)> denied = [];
        foreach (var (index, step) in steps.Index())
        {
            await SetRightsAsync(bench, step.Rights);
            var envelope = Document($"m{index}", step.To) with { Created = bench.Clock.GetUtcNow(), Priority = step.Priority, Attachments = step.Attached ? [Attachment] : [] };
            var (registry, at) = (bench.Registry.Current, bench.Clock.GetUtcNow());
            var facts = new MessageFacts(step.Priority, (await bench.SignAsync(envelope)).Length, Sealed: false, step.Attached);
            var reached = registry.Resolve(envelope.To, envelope.Type, at);
            try
            {
                var sent = await bench.SendAsync(envelope);
                accepted.Add((sent.Key, [.. reached.Select(r => (r.System.Address, registry.Explain(Province, envelope.Type, r.System.Address, facts, at, r.Redirection).Right))]));
            }
            catch (ProblemException refused) when (refused.Code == ProblemCode.NotAllowed)
            {
                denied.AddRange(refused.Problem.Items.Select(i => reached.First(r => r.System.Address.ToString() == i.Subject)).Select(r => (registry.Version, at, facts, r.System.Address, r.Redirection)));
            }

            bench.Clock.Advance(TimeSpan.FromDays(1));
        }

        await SetRightsAsync(bench, []);
        foreach (var (key, decided) in accepted)
        {
            var (_, decisions) = await past.ExplainAsync((await bench.Store.FindMessageAsync(key))!, static _ => true, 100);
            Assert.That(decisions.Select(d => d.Decision.Allowed), Is.All.True);
            Assert.That(decisions.Select(d => (d.To, d.Decision.Right)), Is.EqualTo(decided));
            Assert.That(decisions.Select(d => d.To), Is.EquivalentTo((await bench.Store.ListDeliveriesAsync(key)).Select(d => d.Recipient)));
        }

        foreach (var (version, at, facts, to, redirection) in denied)
            Assert.That((await history.AtAsync(version, null)).Explain(Province, MessageType.Parse("vn.document.v1"), to, facts, at, redirection).Allowed, Is.False);
        return true;
    }

    private static Attachment Attachment { get; } = new()
    {
        Name = "a.txt", MediaType = "text/plain", Size = 1, Sha256 = Convert.ToHexStringLower(global::System.Security.Cryptography.SHA256.HashData("a"u8)), Inline = "a"u8.ToArray(),
    };

    private static async Task SetRightsAsync(IntakeBench bench, IReadOnlyList<RightSample> rights)
    {
        var changes = RegistryObjects.List(bench.Registry.Current, RegistrySections.Rights).Select(r => new ObjectChange("rights", r.Key, null)).ToDictionary(c => c.Id);
        foreach (var (index, right) in rights.Index()) changes[$"r{index}"] = new ObjectChange("rights", $"r{index}", right.ToJson());
        if (changes.Count > 0) await bench.Registry.ApplyAsync(new RegistryPatch([.. changes.Values]), Lan);
    }

    private static ValueTask<ChangeOutcome> PutAsync(IntakeBench bench, string section, string id, JsonObject value) =>
        bench.Registry.ApplyAsync(new RegistryPatch([new ObjectChange(section, id, value)]), Lan);

    private static async Task<(long Version, IReadOnlyList<PastDecision> Decisions)> ExplainAsync(IntakeBench bench, MessageKey key)
    {
        using var history = new RegistryHistory(bench.Store, bench.Registry);
        return await new PastDecisions(history, bench.Store).ExplainAsync((await bench.Store.FindMessageAsync(key))!, static _ => true, 100);
    }

    private sealed record Step(IReadOnlyList<RightSample> Rights, int Priority, bool Attached, string To);

    private sealed record RightSample(string From, string To, int Priority, string Condition)
    {
        internal JsonObject ToJson()
        {
            var right = new JsonObject { ["from"] = From, ["to"] = To, ["services"] = new JsonArray("vn.document.v1"), ["maxPriority"] = Priority };
            if (Condition.Length > 0) right["conditions"] = new JsonObject { [Condition] = Condition switch { "maxBytes" => 900, "sealed" => true, _ => false } };
            return right;
        }
    }
}
