using System.Net;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Api;

/// <summary>What is planned for years ahead is told by the command line and by the API, from a running hub with open traffic.</summary>
[TestFixture]
public sealed class When_a_reorganisation_is_rehearsed
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _bench = await ApiBench.StartAsync();
        var plan = Path.Combine(_bench.Folder, "plan.yaml");
        await File.WriteAllTextAsync(plan, """
            reorganisations: [{id: nq-1, on: 2040-07-01, basis: Nghị quyết 1, acts: [{act: merge, agency: H06.02, successors: [{agency: H06.03}]}]}]
            """);
        var set = await _bench.RunAsync("registry", "set", plan);
        Assert.That(set.ExitCode, Is.Zero, set.ToString());
        await _bench.SendAsync("rehearsed-1");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_tell_what_becomes_of_open_traffic()
    {
        var rehearsed = await _bench.RunAsync("registry", "rehearse", "2040-07-01", "--json");
        Assert.That(rehearsed.ExitCode, Is.Zero, rehearsed.ToString());
        var report = JsonNode.Parse(rehearsed.Output)!;
        Assert.That(report["agencies"]![0]!["what"]!.ToJsonString(), Is.EqualTo("""["closes"]"""));
        var traffic = report["traffic"]!.AsArray().Single()!;
        Assert.That(
            (traffic["system"]!.GetValue<string>(), traffic["queued"]!.GetValue<int>(), traffic["outcome"]!.GetValue<string>(), traffic["to"]!.GetValue<string>()),
            Is.EqualTo(("H06.02/qlvb", 1, "redirected", "H06.03/qlvb")));

        var text = await _bench.RunAsync("registry", "rehearse", "2040-07-01");
        Assert.That(text.Output, Does.Contain("nq-1").And.Contain("redirected").And.Contain("Cơ quan thay đổi"));
        var before = await _bench.RunAsync("registry", "rehearse", "2040-06-30T23:59:59+07:00", "--json");
        Assert.That(JsonNode.Parse(before.Output)!["agencies"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Should_tell_who_would_get_a_message_then()
    {
        var now = JsonNode.Parse((await _bench.RunAsync("resolve", "H06.02", "--type", "vn.document.v1", "--json")).Output)!.AsArray().Single()!;
        Assert.That((now["system"]!.GetValue<string>(), now["why"]!.GetValue<string>()), Is.EqualTo(("H06.02/qlvb", "agency:H06.02")));
        var then = JsonNode.Parse((await _bench.RunAsync("resolve", "H06.02", "--type", "vn.document.v1", "--at", "2040-07-01T00:00:00+07:00", "--json")).Output)!.AsArray().Single()!;
        Assert.That((then["system"]!.GetValue<string>(), then["redirectedFrom"]!.GetValue<string>(), then["reorganisation"]!.GetValue<string>()), Is.EqualTo(("H06.03/qlvb", "H06.02", "nq-1")));

        const string path = "/api/v1/resolve?to=H06.02&type=vn.document.v1&at=";
        using var denied = await _bench.Alice.GetAsync(_bench.Url, path + "2040-07-01T00:00:00Z");
        await ApiBench.ProblemAsync(denied, "not-allowed", HttpStatusCode.Forbidden);
        using var vague = await _bench.RequestAsync(HttpMethod.Get, path + "2040-07-01T00:00:00", await _bench.TokenAsync("operator"));
        await ApiBench.ProblemAsync(vague, "invalid-request", HttpStatusCode.BadRequest);
    }

    [TestCase("")]
    [TestCase("?date=tomorrow")]
    [TestCase("?date=2040-07-01T00:00:00")]
    public async Task Should_refuse_what_is_no_date(string query)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/rehearsal" + query, await _bench.TokenAsync("operator"));
        await ApiBench.ProblemAsync(answer, "invalid-request", HttpStatusCode.BadRequest);
    }
}
