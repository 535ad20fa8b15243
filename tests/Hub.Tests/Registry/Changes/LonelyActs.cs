using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;
using Hub.Core.Registry.Onboarding;

namespace Hub.Tests.Registry.Changes;

/// <summary>Acts of one person who tries to get more than he has; each is made of three numbers. What is refused is refused.</summary>
internal sealed class LonelyActs(RegistryBench bench, RegistryActor actor)
{
    private static readonly string[] Agencies = ["H06", "H06.01", "H06.02", "H07"];
    private static readonly string[] Systems = ["H06/qlvb", "H07/qlvb", "H07/sealed", "H06.01/new"];
    private static readonly string[] Patterns = ["H06", "H07", "under:H06", "H07/qlvb", "group:g", "*"];
    private static readonly string[] Services = ["vn.document.v1", "vn.report.v1", "vn.sealed.v1"];
    private readonly OnboardingService _desk = new(bench.Registry, bench.Store, Storage.DataFolder.Keys, bench.Clock);

    /// <summary>Proofs that an old key really gave, which everybody can read in the registry.</summary>
    internal List<(string Key, JsonObject Value)> Given { get; } = [];

    internal async Task DoAsync(int kind, int a, int b)
    {
        try
        {
            await ActAsync(kind, a, b);
        }
        catch (ProblemException)
        {
            // A refusal is an answer.
        }
    }

    private async Task ActAsync(int kind, int a, int b)
    {
        switch (kind)
        {
            case 0: await PutAsync("rights", $"r{a % 4}", new JsonObject { ["from"] = Of(Patterns, a), ["to"] = Of(Patterns, b), ["services"] = new JsonArray(a % 3 == 0 ? "*" : Of(Services, a + b)), ["maxPriority"] = b % 5 }); break;
            case 1: await PutAsync("rights", $"r{a % 4}", null); break;
            case 2: await KeyAsync(a, b); break;
            case 3: await PutAsync("keys", a % 2 == 0 && Given.Count > 0 ? Given[0].Key : $"{Of(Systems, a)} k{(b % 3) + 1}", null); break;
            case 4: await SystemAsync(a, b); break;
            case 5: await PutAsync("systems", Of(Systems, a), null); break;
            case 6: await PutAsync("groups", "g", a % 5 == 0 ? null : new JsonObject { ["version"] = 2 + b, ["members"] = new JsonArray([.. Agencies.Where((_, i) => (a >> i) % 2 == 1).Select(c => (JsonNode)c)]) }); break;
            case 7: await PutAsync("services", Of(Services, a), b % 4 == 0 ? null : Service(a, b)); break;
            case 8: await PutAsync("agencies", Of(Agencies, a), b % 5 == 0 ? null : Agency(a, b)); break;
            case 9: await PutAsync("codes", $"qd20 H0{a % 4}.9{b % 3}", a % 3 == 0 ? null : new JsonObject { ["agency"] = Of(Agencies, b) }); break;
            case 10: await PutAsync("reorganisations", $"nq-{a % 2}", b % 3 == 0 ? null : Reorganisation(a, b)); break;
            case 11: await PersonAsync(a, b); break;
            case 12: await PutAsync("policy", "policy", a % 2 == 0 ? null : new JsonObject { ["singlePerson"] = new JsonArray(Of([.. TrustChangeKinds.All], b)), ["revocation"] = "off" }); break;
            case 13: await bench.Registry.ImportAsync(Document(a, b), actor, dryRun: false, reason: null); break;
            case 14: await ApproveAllAsync(actor); break;
            case 15: await bench.Registry.CompromiseAsync(SystemAddress.Parse(Of(Systems, a)), $"k{(b % 2) + 1}", bench.Clock.GetUtcNow().AddHours(-b), actor, "?"); break;
            case 16: await ApplyAsAStrangerAsync(a); break;
            default: bench.Clock.Advance(TimeSpan.FromDays(1 + (a % 40))); break;
        }
    }

    internal async Task ApproveAllAsync(RegistryActor by)
    {
        foreach (var proposal in (await bench.Store.ListProposalsAsync("pending", null, 50)).Items)
        {
            try
            {
                await bench.Registry.ApproveAsync(proposal.Id, by, null);
            }
            catch (ProblemException)
            {
                // Not everybody may approve everything.
            }
        }
    }

    private async Task KeyAsync(int a, int b)
    {
        var system = SystemAddress.Parse(Of(Systems, a));
        if (b % 3 == 0 && Given.Count > 0)
        {
            // What an old key said once, said again.
            var (id, value) = Given[a % Given.Count];
            await PutAsync("keys", id, value.DeepClone().AsObject());
        }
        else if (b % 3 == 1)
        {
            // The attacker's own key, with or without a word of another key of his.
            var own = await bench.KeyAsync(system, $"x{a % 3}", older: a % 2 == 0 ? $"x{(a + 1) % 3}" : null);
            await PutAsync("keys", $"{system} {(a % 4 == 0 ? "k1" : $"x{a % 3}")}", own);
        }
        else
        {
            var value = new JsonObject { ["pem"] = bench.Pem($"{system} k1") };
            if (a % 2 == 0) value["revoked"] = b % 2 == 0 ? "2026-01-01T00:00:00Z" : "2029-01-01T00:00:00Z";
            if (a % 3 == 0) value["notAfter"] = "2031-01-01T00:00:00Z";
            if (a % 5 == 0) value["use"] = "encryption";
            await PutAsync("keys", $"{system} k1", value);
        }
    }

    private Task SystemAsync(int a, int b)
    {
        var value = new JsonObject { ["name"] = $"Tên {b}" };
        if (a % 3 != 0) value["receives"] = new JsonArray(Of(Services, b));
        if (b % 2 == 0) value["channel"] = new JsonObject { ["kind"] = "push", ["url"] = $"https://x{b}.example/" };
        return PutAsync("systems", Of(Systems, a), value);
    }

    private static JsonObject Service(int a, int b) => new()
    {
        ["nameVi"] = "Dịch vụ", ["provider"] = a % 2 == 0 ? "H06" : "H07", ["minimumAssurance"] = b % 2 == 0 ? "hub-attested" : "sender-signed",
        ["confidentiality"] = b % 3 == 0 ? "end-to-end" : "hub",
    };

    private static JsonObject Agency(int a, int b)
    {
        var value = new JsonObject { ["name"] = a % 2 == 0 ? "UBND tỉnh mẫu" : $"Tên {b}", ["level"] = "province" };
        if (b % 2 == 0) value["parent"] = Of(Agencies, b);
        if (b % 3 == 0) value["validUntil"] = $"20{26 + (a % 9)}-06-01";
        return value;
    }

    private static JsonObject Reorganisation(int a, int b) => new()
    {
        ["on"] = "2026-08-01", ["basis"] = "NQ",
        ["acts"] = new JsonArray(new JsonObject
        {
            ["act"] = b % 2 == 0 ? "merge" : "dissolve", ["agency"] = Of(Agencies, a),
            ["successors"] = b % 2 == 0 ? new JsonArray(new JsonObject { ["agency"] = Of(Agencies, b) }) : null,
        }),
    };

    private Task PersonAsync(int a, int b)
    {
        var name = Of(["an", "binh", "chi", "mal"], a);
        if (b % 4 == 0) return PutAsync("people", name, null);
        var value = new JsonObject { ["role"] = b % 5 == 0 ? "auditor" : "operator", ["keys"] = new JsonArray(new JsonObject { ["id"] = "k1", ["pem"] = bench.Pem(b % 3 == 0 ? "mal" : name) }) };
        if (b % 2 == 0) value["validUntil"] = "2026-03-20";
        if (a % 3 == 0) value["content"] = true;
        return PutAsync("people", name, value);
    }

    private string Document(int a, int b) => (b % 3) switch
    {
        0 => bench.Document("an"),
        1 => bench.Document("an", "binh", "mal"),
        _ => RegistryDocument.Write(bench.Registry.Current.Content).Replace(bench.Pem(Of(Systems, a) + " k1").Replace("\n", "\\n", StringComparison.Ordinal), bench.Pem("mal").Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal),
    };

    private async Task ApplyAsAStrangerAsync(int a)
    {
        var system = SystemAddress.Parse($"{Of(Agencies, a)}/stranger");
        var key = await bench.KeyAsync(system, "k1");
        key["id"] = "k1";
        var request = new JsonObject
        {
            ["hub"] = "Z99/hub", ["system"] = system.ToString(), ["name"] = "Lạ", ["keys"] = new JsonArray(key), ["contact"] = "?",
            ["services"] = a % 2 == 0 ? new JsonArray(new JsonObject { ["type"] = "vn.document.v1", ["to"] = "H07" }) : null,
        };
        if (a % 2 != 0) request.Remove("services");
        var octets = System.Text.Encoding.UTF8.GetBytes(request.ToJsonString());
        var jws = await SignedDocument.SignAsync(octets, SignedDocument.OnboardingType, bench.Signer($"{system} k1"));
        await _desk.RequestAsync(System.Text.Encoding.ASCII.GetBytes(jws));
    }

    private Task PutAsync(string section, string id, JsonObject? value) => bench.ApplyAsync(actor, section, id, value);

    private static string Of(string[] texts, int i) => texts[i % texts.Length];
}
