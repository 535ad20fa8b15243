using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Api;

/// <summary>Objects are set and removed one by one under conditions, several at once all or none; the feed tells of it.</summary>
[TestFixture]
public sealed class When_the_registry_is_changed
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
    public async Task Should_make_change_and_remove_an_object_on_what_was_seen()
    {
        var agency = new JsonObject { ["name"] = "Sở D", ["level"] = "province", ["parent"] = "H06", ["verified"] = false };
        using var made = await SendAsync(HttpMethod.Put, "/api/v1/agencies/H06.04", agency, "If-None-Match", "*");
        Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created), await made.Content.ReadAsStringAsync());
        using var twice = await SendAsync(HttpMethod.Put, "/api/v1/agencies/H06.04", agency, "If-None-Match", "*");
        await ApiBench.ProblemAsync(twice, "registry-conflict", HttpStatusCode.PreconditionFailed);

        agency["name"] = "Sở D mới";
        using var changed = await SendAsync(HttpMethod.Put, "/api/v1/agencies/H06.04", agency, "If-Match", made.Headers.ETag!.ToString());
        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.OK), await changed.Content.ReadAsStringAsync());
        agency["name"] = "Tên khác";
        using var late = await SendAsync(HttpMethod.Put, "/api/v1/agencies/H06.04", agency, "If-Match", made.Headers.ETag!.ToString());
        await ApiBench.ProblemAsync(late, "registry-conflict", HttpStatusCode.PreconditionFailed);

        using var removed = await SendAsync(HttpMethod.Delete, "/api/v1/agencies/H06.04", null, "If-Match", changed.Headers.ETag!.ToString());
        Assert.That(removed.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await removed.Content.ReadAsStringAsync());
        using var gone = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/agencies/H06.04", _operator);
        await ApiBench.ProblemAsync(gone, "not-found", HttpStatusCode.NotFound);

        var version = (await ApiBench.JsonAsync(made))["version"]!.GetValue<long>();
        using var past = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/agencies/H06.04?version={version}", _operator);
        Assert.That((await ApiBench.JsonAsync(past))["name"]!.GetValue<string>(), Is.EqualTo("Sở D"));
        using var history = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/changes/history?section=agencies&id=H06.04", _operator);
        var steps = (await ApiBench.JsonAsync(history))["items"]!.AsArray();
        Assert.That(steps.Select(static s => s!["value"]?["name"]?.GetValue<string>()), Is.EqualTo(new[] { "Sở D", "Sở D mới", null }));
        Assert.That(steps[0]!["actor"]!.GetValue<string>(), Is.EqualTo("operator:thu-nghiem"));
    }

    [Test]
    public async Task Should_refuse_to_write_blindly()
    {
        var agency = new JsonObject { ["name"] = "X", ["level"] = "province" };
        using var put = await SendAsync(HttpMethod.Put, "/api/v1/agencies/H06.01", agency);
        await ApiBench.ProblemAsync(put, "invalid-request", HttpStatusCode.BadRequest);
        using var delete = await SendAsync(HttpMethod.Delete, "/api/v1/agencies/H06.03", null);
        await ApiBench.ProblemAsync(delete, "invalid-request", HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Should_apply_a_patch_whole_or_not_at_all_with_every_mistake()
    {
        var patch = new JsonObject
        {
            ["changes"] = new JsonArray(
                Change("agencies", "H06.05", new JsonObject { ["name"] = "E", ["level"] = "province", ["parent"] = "H06", ["verified"] = false }),
                Change("agencies", "H06.06", new JsonObject { ["name"] = "F", ["level"] = "no-such-level" }),
                Change("agencies", "H06.07", new JsonObject { ["name"] = "G", ["level"] = "province", ["unknown"] = 1 })),
        };
        using var refused = await SendAsync(HttpMethod.Post, "/api/v1/changes", patch);
        var problem = await ApiBench.ProblemAsync(refused, "registry-invalid", HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["items"]!.AsArray(), Is.Not.Empty);
        using var none = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/agencies/H06.05", _operator);
        Assert.That(none.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));

        patch["changes"]!.AsArray().RemoveAt(2);
        patch["changes"]!.AsArray().RemoveAt(1);
        using var dry = await SendAsync(HttpMethod.Post, "/api/v1/changes?dryRun=true", patch);
        Assert.That((await ApiBench.JsonAsync(dry))["state"]!.GetValue<string>(), Is.EqualTo("dry-run"));
        using var applied = await SendAsync(HttpMethod.Post, "/api/v1/changes", patch);
        Assert.That((await ApiBench.JsonAsync(applied))["state"]!.GetValue<string>(), Is.EqualTo("applied"));
    }

    [TestCase("{\"changes\":[],\"reason\":\"x\"}")]
    [TestCase("{\"changes\":[{\"section\":\"nothing\",\"id\":\"x\"}]}")]
    [TestCase("{\"changes\":[{\"section\":\"agencies\",\"id\":\"H06\",\"value\":{}}],\"reason\":1}")]
    [TestCase("{\"changes\":[{\"section\":\"agencies\",\"id\":\"H06\",\"id\":\"H07\"}]}")]
    [TestCase("[]")]
    [TestCase("{")]
    public async Task Should_refuse_what_is_no_patch(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/changes", _operator, content);
        await ApiBench.ProblemAsync(answer, "invalid-request", HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Should_tell_subscribers_at_once_and_only_what_they_see()
    {
        var before = (await FeedAsync("0"))["version"]!.GetValue<long>();
        using var waiting = new HttpRequestMessage(HttpMethod.Get, new Uri(_bench.Url, $"/api/v1/changes?after={before}&wait=30"));
        var told = _bench.Carol.SendAsync(_bench.Url, waiting);
        using var changed = await SendAsync(HttpMethod.Post, "/api/v1/changes", new JsonObject
        {
            ["changes"] = new JsonArray(
                Change("levels", "commune", new JsonObject { ["nameVi"] = "Xã", ["nameEn"] = "Commune", ["order"] = 4 }),
                Change("services", "vn.notice.v1", new JsonObject { ["nameVi"] = "Thông báo", ["nameEn"] = "Notice" })),
            ["reason"] = "Thêm cấp xã",
        });
        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.OK), await changed.Content.ReadAsStringAsync());
        using var answer = await told;
        var item = (await ApiBench.JsonAsync(answer))["items"]!.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(item["changes"]!.AsArray().Select(static c => $"{c!["section"]} {c["id"]}"), Is.EqualTo(new[] { "levels commune" }), "no right speaks of Carol and the service");
            Assert.That(item["actor"], Is.Null, "who did it is for operators");
        });
        var all = (await FeedAsync($"{before}"))["items"]!.AsArray().Single()!;
        Assert.That((all["changes"]!.AsArray().Count, all["reason"]!.GetValue<string>()), Is.EqualTo((2, "Thêm cấp xã")));
    }

    [Test]
    public async Task Should_let_a_system_change_nothing_but_its_own()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(_bench.Url, "/api/v1/agencies/H06.01"))
        {
            Content = JsonContent.Create(new JsonObject { ["name"] = "Của tôi", ["level"] = "province" }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var refused = await _bench.Alice.SendAsync(_bench.Url, request);
        await ApiBench.ProblemAsync(refused, "outside-subtree", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_revoke_a_compromised_key_and_say_what_it_signed()
    {
        await using var bench = await ApiBench.StartAsync();
        var key = await bench.SendAsync("before-the-loss");
        var token = await bench.TokenAsync("operator");
        using var answer = await bench.RequestAsync(
            HttpMethod.Post, "/api/v1/keys/H06.01/qlvb/k1/compromised", token, JsonContent.Create(new JsonObject { ["since"] = "2026-01-01T00:00:00Z", ["reason"] = "Mất thiết bị" }));
        var report = await ApiBench.JsonAsync(answer);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), report.ToJsonString());
        Assert.That(report["signed"]!["items"]!.AsArray().Select(static m => m!["key"]!.GetValue<string>()), Is.EqualTo(new[] { key }));
        using var dead = await bench.Alice.GetAsync(bench.Url, "/api/v1/messages");
        await ApiBench.ProblemAsync(dead, "key-revoked", HttpStatusCode.Forbidden);
        using var again = await bench.RequestAsync(
            HttpMethod.Post, "/api/v1/keys/H06.01/qlvb/k1/compromised", token, JsonContent.Create(new JsonObject { ["reason"] = "Báo lại" }));
        Assert.That((await ApiBench.JsonAsync(again))["revokedFrom"]!.GetValue<string>(), Is.EqualTo("2026-01-01T00:00:00Z"), "never later than it was");
    }

    private static JsonObject Change(string section, string id, JsonObject? value) => new() { ["section"] = section, ["id"] = id, ["value"] = value };

    private async Task<JsonNode> FeedAsync(string after)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/changes?after={after}", _operator);
        return await ApiBench.JsonAsync(answer);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body, string? condition = null, string? value = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_bench.Url, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", _operator);
        if (condition is not null) request.Headers.TryAddWithoutValidation(condition, value);
        return await _bench.Hub.Http.SendAsync(request);
    }
}
