using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Api;

/// <summary>Two operators with keys of their own: changes of trust wait for the other one, and nobody on the socket is a second person.</summary>
[TestFixture]
public sealed class When_people_act_with_their_own_keys
{
    private static readonly string[] Names = ["an", "binh", "soat"];

    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _bench = await ApiBench.StartAsync();
        var people = new JsonArray();
        foreach (var name in Names)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await File.WriteAllTextAsync(KeyFile(name), key.ExportPkcs8PrivateKeyPem());
            var role = name == "soat" ? "auditor" : "operator";
            var proof = await _bench.RunAsync("key", "prove", "--hub", "H06.09/lgsp", "--owner", $"{role}:{name}", "--key", KeyFile(name), "--json");
            var made = JsonNode.Parse(proof.Output)!;
            var person = new JsonObject
            {
                ["name"] = name, ["role"] = role,
                ["keys"] = new JsonArray(new JsonObject { ["id"] = "k1", ["pem"] = made["pem"]!.DeepClone(), ["proof"] = made["proof"]!.DeepClone() }),
            };
            if (role == "auditor") person["under"] = "H06.02";
            people.Add(person);
        }

        var file = Path.Combine(_bench.Folder, "people.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["people"] = people }.ToJsonString());
        await _bench.RunAsync("registry", "set", file, "--reason", "Cán bộ vận hành");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_wait_for_the_second_person_and_no_other()
    {
        var file = Path.Combine(_bench.Folder, "right.yaml");
        await File.WriteAllTextAsync(file, "rights: [{id: carol-bob, from: H06.03, services: [vn.document.v1], to: H06.02}]");
        var proposed = JsonNode.Parse((await AsAsync("an", "registry", "set", file, "--json")).Output)!;
        Assert.That(proposed["state"]!.GetValue<string>(), Is.EqualTo("pending"));
        var id = proposed["proposal"]!.GetValue<string>();

        foreach (var attempt in new[]
        {
            await HubRun("proposals", "approve", id, "--data", _bench.Data),
            await HubRun(["proposals", "approve", id, .. As("an")]),
            await HubRun(["proposals", "approve", id, .. As("auditor:soat")]),
        }) Assert.That((attempt.ExitCode, attempt.Error.Contains("not-allowed", StringComparison.Ordinal) || attempt.Error.Contains("not-found", StringComparison.Ordinal)), Is.EqualTo((1, true)), attempt.ToString());

        var impostor = await HubRun("token", "--scope", "operator", "--name", "binh", "--data", _bench.Data);
        Assert.That(impostor.ExitCode, Is.EqualTo(1), "the socket does not speak in the name of a registered person");

        Assert.That(await ExplainAsync(), Is.EqualTo(1));
        var approved = JsonNode.Parse((await AsAsync("binh", "proposals", "approve", id, "--reason", "Đã kiểm tra", "--json")).Output)!;
        Assert.That(approved["state"]!.GetValue<string>(), Is.EqualTo("applied"));
        Assert.That(await ExplainAsync(), Is.Zero);
        var shown = JsonNode.Parse((await _bench.RunAsync("proposals", "show", id, "--json")).Output)!;
        Assert.That((shown["state"]!.GetValue<string>(), shown["approvals"]!.AsArray().Single()!["by"]!.GetValue<string>()), Is.EqualTo(("applied", "operator:binh")));
        var history = JsonNode.Parse((await _bench.RunAsync("registry", "history", "rights", "carol-bob", "--json")).Output)!.AsArray();
        Assert.That((history.Single()!["actor"]!.GetValue<string>(), history.Single()!["approvedBy"]!.GetValue<string>()), Is.EqualTo(("operator:an", "operator:binh")));
    }

    [Test]
    public async Task Should_reject_with_a_reason()
    {
        var file = Path.Combine(_bench.Folder, "wide.yaml");
        await File.WriteAllTextAsync(file, "rights: [{id: too-wide, from: \"*\", services: [\"*\"], to: \"*\"}]");
        var id = JsonNode.Parse((await AsAsync("an", "registry", "set", file, "--json")).Output)!["proposal"]!.GetValue<string>();
        await AsAsync("binh", "proposals", "reject", id, "--reason", "Quá rộng");
        var again = await HubRun(["proposals", "approve", id, .. As("binh")]);
        Assert.That(again.Error, Does.Contain("proposal-closed"), again.ToString());
    }

    [Test]
    public async Task Should_keep_an_auditor_to_his_subtree_and_to_reading()
    {
        var seen = JsonNode.Parse((await AsAsync("auditor:soat", "registry", "show", "agencies", "--json")).Output)!.AsArray();
        Assert.That(seen.Select(static a => a!["id"]!.GetValue<string>()), Is.EqualTo(new[] { "H06.02" }));
        var file = Path.Combine(_bench.Folder, "agency.yaml");
        await File.WriteAllTextAsync(file, "agencies: [{code: H06.02.01, name: Phòng, level: province, parent: H06.02, verified: false}]");
        var refused = await HubRun(["registry", "set", file, .. As("auditor:soat")]);
        Assert.That((refused.ExitCode, refused.Error.Contains("not-allowed", StringComparison.Ordinal)), Is.EqualTo((1, true)), refused.ToString());
    }

    [Test]
    public async Task Should_refuse_a_key_that_is_not_the_persons()
    {
        var refused = await HubRun("proposals", "--as", "an", "--key", KeyFile("binh"), "--url", _bench.Url.ToString());
        Assert.That((refused.ExitCode, refused.Error.Contains("unauthenticated", StringComparison.Ordinal)), Is.EqualTo((1, true)), refused.ToString());
    }

    private async Task<int> ExplainAsync() => (await HubRun("right", "explain", "H06.03/qlvb", "H06.02", "--service", "vn.document.v1", "--data", _bench.Data)).ExitCode;

    private static Task<CommandResult> HubRun(params string[] arguments) => HubProcess.RunAsync(arguments);

    private async Task<CommandResult> AsAsync(string name, params string[] arguments)
    {
        var result = await HubRun([.. arguments, .. As(name)]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result;
    }

    private string[] As(string name) => ["--as", name, "--key", KeyFile(name.Split(':')[^1]), "--url", _bench.Url.ToString()];

    private string KeyFile(string name) => Path.Combine(_bench.Folder, $"{name}.key.pem");
}
