using System.Net;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Api;

/// <summary>Objects one by one: lists, ETags, time travel, resolution and explanation, each as the caller may see them.</summary>
[TestFixture]
public sealed class When_the_registry_is_read
{
    private ApiBench _bench = null!;
    private string _operator = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _bench = await ApiBench.StartAsync();
        _operator = await _bench.TokenAsync("operator");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_page_through_a_list_by_id()
    {
        List<string> ids = [];
        string? next = "";
        while (next is not null)
        {
            var page = await JsonAsync($"/api/v1/agencies?limit=1{(next.Length > 0 ? $"&cursor={next}" : "")}");
            ids.Add(page["items"]!.AsArray().Single()!["id"]!.GetValue<string>());
            next = page["next"]?.GetValue<string>();
        }

        Assert.That(ids, Is.EqualTo(new[] { "H06", "H06.01", "H06.02", "H06.03" }));
    }

    [TestCase("agencies?under=H06.01", new[] { "H06.01" })]
    [TestCase("agencies?level=province&q=b", new[] { "H06.02" })]
    [TestCase("agencies?q=TINH", new[] { "H06" })]
    [TestCase("systems?under=H06.02", new[] { "H06.02/qlvb" })]
    [TestCase("systems?type=vn.document.v1&under=H06.03", new[] { "H06.03/qlvb" })]
    [TestCase("keys?under=H06.01", new[] { "H06.01/qlvb k1" })]
    [TestCase("services", new[] { "vn.document.v1" })]
    [TestCase("people", new string[0])]
    public async Task Should_filter(string query, string[] ids)
    {
        var list = await JsonAsync($"/api/v1/{query}");
        Assert.That(list["items"]!.AsArray().Select(static i => i!["id"]!.GetValue<string>()), Is.EqualTo(ids));
    }

    [TestCase("levels?under=H06")]
    [TestCase("groups?level=province")]
    [TestCase("agencies?type=vn.document.v1")]
    [TestCase("agencies?under=nobody")]
    [TestCase("agencies?cursor=*")]
    [TestCase("agencies?limit=0")]
    public async Task Should_refuse_filters_it_does_not_understand(string query)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/{query}", _operator);
        await ApiBench.ProblemAsync(answer, "invalid-request", HttpStatusCode.BadRequest);
    }

    [TestCase("/api/v1/agencies/H06.01")]
    [TestCase("/api/v1/systems/H06.01/qlvb")]
    [TestCase("/api/v1/keys/H06.01/qlvb/k1")]
    [TestCase("/api/v1/services/vn.document.v1")]
    [TestCase("/api/v1/levels/province")]
    public async Task Should_give_one_object_with_the_digest_as_its_etag(string path)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, path, _operator);
        var octets = await answer.Content.ReadAsByteArrayAsync();
        var tag = answer.Headers.ETag!;
        Assert.That(tag.ToString(), Is.EqualTo($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(octets))}\""));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_bench.Url, path));
        request.Headers.Authorization = new("Bearer", _operator);
        request.Headers.IfNoneMatch.Add(tag);
        using var again = await _bench.Hub.Http.SendAsync(request);
        Assert.That((again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length), Is.EqualTo((HttpStatusCode.NotModified, 0)));
    }

    [Test]
    public async Task Should_show_a_system_only_what_is_its_own_or_everybodys()
    {
        foreach (var (path, status) in new[]
        {
            ("agencies/H06.02", HttpStatusCode.OK), ("services/vn.document.v1", HttpStatusCode.OK), ("systems/H06.01/qlvb", HttpStatusCode.OK), ("keys/H06.01/qlvb/k1", HttpStatusCode.OK),
            ("systems/H06.02/qlvb", HttpStatusCode.NotFound), ("keys/H06.02/qlvb/k1", HttpStatusCode.NotFound), ("people/an", HttpStatusCode.NotFound), ("anchors/x", HttpStatusCode.NotFound),
            ("agencies/H06.02?version=1", HttpStatusCode.Forbidden), ("policy", HttpStatusCode.Forbidden),
        })
        {
            using var answer = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/{path}");
            Assert.That(answer.StatusCode, Is.EqualTo(status), path);
        }

        using var rights = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/rights");
        Assert.That((await ApiBench.JsonAsync(rights))["items"]!.AsArray(), Has.Count.EqualTo(1));
        using var none = await _bench.Carol.GetAsync(_bench.Url, "/api/v1/rights");
        Assert.That((await ApiBench.JsonAsync(none))["items"]!.AsArray(), Is.Empty);
        using var services = await _bench.Carol.GetAsync(_bench.Url, "/api/v1/services");
        Assert.That((await ApiBench.JsonAsync(services))["items"]!.AsArray(), Is.Empty, "no right speaks of Carol");
        using var systems = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/systems");
        Assert.That((await ApiBench.JsonAsync(systems))["items"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Should_show_operators_of_a_subtree_what_stands_in_it()
    {
        var token = (await _bench.RunAsync("token", "--name", "pham-vi", "--scope", "operator", "--under", "H06.02")).Output.Trim();
        Assert.That(await IdsAsync("agencies", token), Is.EqualTo(new[] { "H06.02" }));
        Assert.That(await IdsAsync("systems", token), Is.EqualTo(new[] { "H06.02/qlvb" }));
        Assert.That(await IdsAsync("rights", token), Has.Length.EqualTo(1), "it ends in the subtree");
        using var other = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/systems/H06.01/qlvb", token);
        await ApiBench.ProblemAsync(other, "not-found", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Should_resolve_recipients_that_the_caller_has_a_right_to()
    {
        using var answer = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/resolve?to=H06.02&type=vn.document.v1");
        var found = await ApiBench.JsonAsync(answer);
        Assert.That(found["recipients"]!.AsArray().Select(static r => r!["system"]!.GetValue<string>()), Is.EqualTo(new[] { "H06.02/qlvb" }));
        using var denied = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/resolve?to=H06.03&type=vn.document.v1");
        await ApiBench.ProblemAsync(denied, "not-allowed", HttpStatusCode.Forbidden);
        using var unknown = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/resolve?to=H06.77&type=vn.document.v1");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity), await unknown.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Should_explain_what_decides()
    {
        using var yes = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/rights/explain?from=H06.01/qlvb&type=vn.document.v1&to=H06.02");
        var decision = (await ApiBench.JsonAsync(yes))["decisions"]!.AsArray().Single()!;
        Assert.That((decision["allowed"]!.GetValue<bool>(), decision["right"]!.GetValue<string>()), Is.EqualTo((true, (await IdsAsync("rights", _operator)).Single())));
        using var no = await _bench.Alice.GetAsync(_bench.Url, "/api/v1/rights/explain?from=H06.01/qlvb&type=vn.document.v1&to=H06.03");
        Assert.That((await ApiBench.JsonAsync(no))["decisions"]!.AsArray().Single()!["allowed"]!.GetValue<bool>(), Is.False);
        using var others = await _bench.Carol.GetAsync(_bench.Url, "/api/v1/rights/explain?from=H06.01/qlvb&type=vn.document.v1&to=H06.02");
        await ApiBench.ProblemAsync(others, "not-allowed", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_explain_an_accepted_message_by_the_registry_of_its_time()
    {
        var key = await _bench.SendAsync("explained");
        var explained = await JsonAsync($"/api/v1/rights/explain?message={key}");
        Assert.Multiple(() =>
        {
            Assert.That(explained["version"]!.GetValue<long>(), Is.EqualTo(1));
            Assert.That(explained["decisions"]!.AsArray().Single()!["allowed"]!.GetValue<bool>(), Is.True);
        });
        using var carol = await _bench.Carol.GetAsync(_bench.Url, $"/api/v1/rights/explain?message={key}");
        await ApiBench.ProblemAsync(carol, "not-found", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Should_list_what_a_key_signed()
    {
        var key = await _bench.SendAsync("signed");
        var signed = await JsonAsync("/api/v1/keys/H06.01/qlvb/k1/signed");
        Assert.That(signed["items"]!.AsArray().Select(static m => m!["key"]!.GetValue<string>()), Has.Member(key));
        using var others = await _bench.Bob.GetAsync(_bench.Url, "/api/v1/keys/H06.01/qlvb/k1/signed");
        await ApiBench.ProblemAsync(others, "not-found", HttpStatusCode.NotFound);
    }

    private async Task<string[]> IdsAsync(string list, string token)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/{list}", token);
        return [.. (await ApiBench.JsonAsync(answer))["items"]!.AsArray().Select(static i => i!["id"]!.GetValue<string>())];
    }

    private async Task<JsonNode> JsonAsync(string path)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, path, _operator);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await ApiBench.JsonAsync(answer);
    }
}
