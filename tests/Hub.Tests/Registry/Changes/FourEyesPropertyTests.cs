using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Registry.Changes;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

/// <summary>Whatever one person does alone, he gets no more than he had; and every past state can be had again, as the log says it was.</summary>
[TestFixture]
public sealed class FourEyesPropertyTests
{
    private static readonly Gen<(int, int, int)> Act = from kind in Gen.Choose(0, 17) from a in Gen.Choose(0, 59) from b in Gen.Choose(0, 59) select (kind, a, b);

    [Test]
    public void One_person_alone_gains_nothing()
    {
        var runs = from socket in Gen.Elements(true, false) from count in Gen.Choose(1, 30) from acts in Gen.ListOf(Act, count) select (socket, acts);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Arb.From(runs), run => AloneAsync(run.socket ? Socket : Operator("an"), run.acts).GetAwaiter().GetResult()));
    }

    [Test]
    public void Every_past_state_is_the_one_in_the_log()
    {
        var runs = from count in Gen.Choose(1, 25) from acts in Gen.ListOf(Act, count) select acts;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(Arb.From(runs), acts => TogetherAsync(acts).GetAwaiter().GetResult()));
    }

    private static async Task<bool> AloneAsync(RegistryActor actor, IEnumerable<(int Kind, int A, int B)> acts)
    {
        await using var bench = await RegistryBench.StartAsync(["an", "binh"]);
        var lonely = new LonelyActs(bench, actor);
        await PrepareAsync(bench, lonely);
        foreach (var (kind, a, b) in acts)
        {
            // What he took away himself he cannot give back either.
            var before = bench.Registry.Current;
            await lonely.DoAsync(kind, a, b);
            if (Gained(before, bench.Registry.Current, bench.Clock.GetUtcNow()) is { } gained) throw new AssertionException($"{actor.Name} alone by ({kind}, {a}, {b}): {gained}");
        }

        return true;
    }

    private static async Task<bool> TogetherAsync(IEnumerable<(int Kind, int A, int B)> acts)
    {
        await using var bench = await RegistryBench.StartAsync(["an", "binh"]);
        var lonely = new LonelyActs(bench, Socket);
        await PrepareAsync(bench, lonely);
        foreach (var (kind, a, b) in acts)
        {
            await lonely.DoAsync(kind, a, b);
            if (a % 2 == 0) await lonely.ApproveAllAsync(Operator("an"));
        }

        await AgreesWithLogAsync(bench);
        using var again = await bench.RestartAsync();
        return RegistryDocument.Write(again.Current.Content) == RegistryDocument.Write(bench.Registry.Current.Content);
    }

    /// <summary>A world with something to gain: a sealed service, a group, a system that replaced its key by the word of the old one, and
    /// what it said then for all to read.</summary>
    private static async Task PrepareAsync(RegistryBench bench, LonelyActs lonely)
    {
        var patch = new RegistryPatch(
        [
            new ObjectChange("services", "vn.sealed.v1", new JsonObject { ["nameVi"] = "Kín", ["confidentiality"] = "end-to-end" }),
            new ObjectChange("groups", "g", new JsonObject { ["members"] = new JsonArray("H06") }),
            new ObjectChange("rights", "r2", new JsonObject { ["from"] = "group:g", ["services"] = new JsonArray("*"), ["to"] = "H07", ["validUntil"] = "2026-09-01", ["conditions"] = new JsonObject { ["sealed"] = true } }),
            new ObjectChange("systems", "H07/sealed", new JsonObject { ["name"] = "Kín", ["receives"] = new JsonArray("vn.sealed.v1") }),
        ]);
        var proposed = await bench.Registry.ApplyAsync(patch, Operator("an"));
        await bench.Registry.ApproveAsync(proposed.Proposal!, Operator("binh"), null);
        var key = await bench.KeyAsync(RegistryBench.System, "k2", older: "k1");
        lonely.Given.Add(("H06/qlvb k2", key.DeepClone().AsObject()));
        await bench.ApplyAsync(Of(RegistryBench.System), "keys", "H06/qlvb k2", key);
    }

    /// <summary>What a registry allows that an earlier one did not; null when nothing.</summary>
    private static string? Gained(RegistrySnapshot before, RegistrySnapshot now, DateTimeOffset time)
    {
        foreach (var at in new[] { time, time.AddDays(100), time.AddYears(3) })
        {
            foreach (var system in now.Systems)
            {
                var was = before.FindSystem(system.Address);
                if (was?.Channel != system.Channel) return $"channel of {system.Address}";
                foreach (var key in system.Keys.Where(k => Validity.Of(k).Holds(at)))
                    if (!was.Keys.Any(k => k.Key.Thumbprint == key.Key.Thumbprint && k.Use == key.Use && Validity.Of(k).Holds(at))) return $"key {key.Key.Id} of {system.Address} at {at:O}";
            }

            foreach (var person in now.People.Where(p => FourEyes.CanAct(p, at)))
                if (before.FindPerson(person.Name) is not { } old || !FourEyes.CanAct(old, at) || (person.Content && !old.Content)) return $"operator {person.Name} at {at:O}";
            if (FourEyes.InForce(before.People, at) && !FourEyes.InForce(now.People, at)) return $"no four eyes at {at:O}";
            foreach (var from in now.Systems)
                foreach (var to in now.Systems)
                    foreach (var service in now.Services)
                        foreach (var facts in new[] { new MessageFacts(0), new MessageFacts(4, Sealed: true), new MessageFacts(0, Sealed: true, Attachments: true) })
                            if (now.Allows(from.Address, service.Type, to.Address, facts, at) && !before.Allows(from.Address, service.Type, to.Address, facts, at)) return $"{from.Address} may send {service.Type} to {to.Address} at {at:O}";
        }

        return now.Services.Select(s => (s, Was: before.FindService(s.Type))).FirstOrDefault(s => s.Was is null || s.Was.MinimumAssurance != s.s.MinimumAssurance && s.Was.MinimumAssurance == "sender-signed"
            || s.Was.Confidentiality == Confidentiality.EndToEnd && s.s.Confidentiality != Confidentiality.EndToEnd).s is { } weaker
            ? $"service {weaker.Type}"
            : now.Policy.SinglePerson.Count > before.Policy.SinglePerson.Count ? "policy" : null;
    }

    private static async Task AgreesWithLogAsync(RegistryBench bench)
    {
        var digests = new Dictionary<(string, string), string>();
        foreach (var (_, body) in (await bench.EntriesAsync()).Where(e => e.Kind == EntryKinds.RegistryChanged))
        {
            foreach (var (section, changes) in body["changes"]!.AsObject())
            {
                foreach (var o in changes!["added"]!.AsArray().Concat(changes["changed"]!.AsArray())) digests[(section, (string)o!["id"]!)] = (string)o["after"]!;
                foreach (var o in changes["removed"]!.AsArray()) Assert.That(digests.Remove((section, (string)o!["id"]!), out var last) && last == (string)o["before"]!, Is.True);
            }

            var version = (long)body["version"]!;
            var state = await bench.Store.ReadRegistryStateAsync(version);
            Assert.That(
                state!.Objects.Where(o => o.Json is not null).ToDictionary(o => (o.Section, o.Id), o => o.Digest), Is.EquivalentTo(digests), $"version {version}");
        }

        using var history = new RegistryHistory(bench.Store, bench.Registry);
        Assert.That(((await history.AtAsync(1, null)).Version, (await history.AtAsync(null, bench.Clock.GetUtcNow())).Version), Is.EqualTo((1L, bench.Registry.Current.Version)));
    }
}
