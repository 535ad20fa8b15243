using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Api;

/// <summary>A new system comes onto the bus by itself: applies with its own key, is approved, and gets a token.</summary>
[TestFixture]
public sealed class When_an_agency_applies_over_http
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_be_on_the_bus_once_it_is_approved()
    {
        var key = await NewKeyAsync("mcdt");
        var request = Path.Combine(_bench.Folder, "request.yaml");
        await File.WriteAllTextAsync(request, """
            hub: H06.09/lgsp
            system: H06.03/mcdt
            name: Một cửa điện tử
            channel: {kind: mailbox}
            services: [{type: vn.document.v1, to: H06.02}]
            contact: "Phòng CNTT, 0900 000 000"
            """);
        var applied = await HubProcess.RunAsync("onboard", "apply", request, "--key", $"k1={key}", "--url", _bench.Url.ToString(), "--json");
        Assert.That(applied.ExitCode, Is.Zero, applied.ToString());
        var id = JsonNode.Parse(applied.Output)!["proposal"]!.GetValue<string>();
        Assert.That(await StateAsync(id), Is.EqualTo("pending"));
        Assert.That((await TokenAsync(key)).ExitCode, Is.EqualTo(1), "not before it is approved");

        await _bench.RunAsync("proposals", "approve", id);
        Assert.That(await StateAsync(id), Is.EqualTo("applied"));
        var resolved = await HubProcess.RunAsync("resolve", "H06.02", "--type", "vn.document.v1", "--as", "H06.03/mcdt", "--key", key, "--url", _bench.Url.ToString(), "--json");
        Assert.That(JsonNode.Parse(resolved.Output)!.AsArray().Single()!["system"]!.GetValue<string>(), Is.EqualTo("H06.02/qlvb"), resolved.ToString());
    }

    [TestCase("application/json", "{}", "unsupported-media-type", HttpStatusCode.UnsupportedMediaType)]
    [TestCase("application/jose", "e30.e30.e30", "malformed-envelope", HttpStatusCode.BadRequest)]
    public async Task Should_refuse_what_is_not_signed(string type, string body, string code, HttpStatusCode status)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = new(type);
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/onboarding", content: content);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.That((problem["code"]!.GetValue<string>(), answer.StatusCode), Is.EqualTo((code, status)), problem.ToJsonString());
    }

    [Test]
    public async Task Should_take_in_many_at_once_and_the_same_again_without_a_change()
    {
        var file = Path.Combine(_bench.Folder, "systems.csv");
        var rows = new System.Text.StringBuilder("agency,system,name,channel,receives,keyId,keyFile,proof,services\n");
        for (var i = 0; i < 40; i++)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await File.WriteAllTextAsync(Path.Combine(_bench.Folder, $"bulk{i}.pem"), key.ExportSubjectPublicKeyInfoPem());
            var (address, signer) = ($"H06.0{1 + (i % 3)}/hs{i}", LocalSigner.FromPem("k1", key.ExportPkcs8PrivateKeyPem()));
            var thumbprint = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
            var proof = await new KeyProof(SystemAddress.Parse("H06.09/lgsp"), address, "signature", thumbprint, DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds())).ProvePossessionAsync(signer);
            rows.Append($"{address.Replace('/', ',')},Hệ thống {i},mailbox,,k1,bulk{i}.pem,{proof},vn.document.v1 > H06.02\n");
        }

        await File.WriteAllTextAsync(file, rows.ToString());
        var before = (await _bench.RunAsync("registry", "show", "systems", "--json")).Output;
        var dry = JsonNode.Parse((await _bench.RunAsync("onboard", "bulk", file, "--dry-run", "--json")).Output)!;
        Assert.That(Added(dry), Is.EqualTo(40));
        Assert.That((await _bench.RunAsync("registry", "show", "systems", "--json")).Output, Is.EqualTo(before), "a dry run changes nothing");

        Assert.That(Added(JsonNode.Parse((await _bench.RunAsync("onboard", "bulk", file, "--reason", "Đợt 1", "--json")).Output)!), Is.EqualTo(40));
        var again = JsonNode.Parse((await _bench.RunAsync("onboard", "bulk", file, "--json")).Output)!;
        Assert.That(again["outcomes"]!.AsArray().Select(static o => o!["state"]!.GetValue<string>()), Is.All.EqualTo("unchanged"));
    }

    [Test]
    public async Task Should_name_the_lines_that_are_wrong()
    {
        var file = Path.Combine(_bench.Folder, "wrong.csv");
        await File.WriteAllTextAsync(file, "agency,system,name,channel\nH06.01,hs-x,X,mailbox\nH06.01,HS Y,Y,mailbox\n");
        var refused = await HubProcess.RunAsync("onboard", "bulk", file, "--data", _bench.Data);
        Assert.That((refused.ExitCode, refused.Error.Contains('3')), Is.EqualTo((1, true)), refused.ToString());
    }

    private static int Added(JsonNode report) => report["outcomes"]!.AsArray().SelectMany(static o => o!["changes"]!.AsArray())
        .Where(static s => s!["section"]!.GetValue<string>() == "systems").Sum(static s => s!["added"]!.AsArray().Count);

    [Test]
    public async Task Should_take_few_applications_from_one_source()
    {
        await using var bench = await ApiBench.StartAsync();
        var limited = false;
        for (var i = 0; i < 15 && !limited; i++)
        {
            using var content = new ByteArrayContent([1]);
            using var answer = await bench.RequestAsync(HttpMethod.Post, "/api/v1/onboarding", content: content);
            limited = answer.StatusCode == HttpStatusCode.TooManyRequests;
        }

        Assert.That(limited, Is.True);
    }

    [Test]
    public async Task Should_not_tell_of_other_proposals()
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/onboarding/00000000000000000000000000");
        await ApiBench.ProblemAsync(answer, "not-found", HttpStatusCode.NotFound);
    }

    private async Task<string> StateAsync(string id)
    {
        var status = await HubProcess.RunAsync("onboard", "status", id, "--url", _bench.Url.ToString(), "--json");
        Assert.That(status.ExitCode, Is.Zero, status.ToString());
        return JsonNode.Parse(status.Output)!["state"]!.GetValue<string>();
    }

    private Task<CommandResult> TokenAsync(string key) =>
        HubProcess.RunAsync("registry", "show", "agencies", "--as", "H06.03/mcdt", "--key", key, "--url", _bench.Url.ToString());

    private async Task<string> NewKeyAsync(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(_bench.Folder, $"{name}.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        return file;
    }
}
