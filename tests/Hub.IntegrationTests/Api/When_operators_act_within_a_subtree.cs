using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Api;

/// <summary>Alice (H06.01) sends to Bob (H06.02); Carol (H06.03) has nothing to do with it. What lies outside a subtree looks like nothing.</summary>
[TestFixture]
public sealed class When_operators_act_within_a_subtree
{
    private ApiBench _bench = null!;
    private string _message = null!;
    private long _dead;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _bench = await ApiBench.StartAsync();
        _message = await _bench.SendAsync("subtree-1");
        var dead = await _bench.SendAsync("subtree-dead");
        // Bob's policy: one claim and no more.
        while (_dead == 0)
        {
            foreach (var claim in await _bench.Bob.ClaimAsync(_bench.Url, 10))
            {
                if (claim!["message"]!.GetValue<string>() != dead) continue;
                using var nack = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{claim["claim"]!.GetValue<string>()}/nack", new { reason = "hỏng" });
                Assert.That(nack.IsSuccessStatusCode, Is.True, await nack.Content.ReadAsStringAsync());
                _dead = claim["delivery"]!.GetValue<long>();
            }
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCase("H06", 1)]
    [TestCase("H06.01", 1)]
    [TestCase("H06.02", 1)]
    [TestCase("H06.03", 0)]
    public async Task Should_show_messages_of_senders_and_recipients_within(string under, int seen)
    {
        var token = await TokenAsync("operator", under);
        using var list = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/messages", token);
        Assert.That((await ApiBench.JsonAsync(list))["items"]!.AsArray().Select(static m => m!["id"]!.GetValue<string>()).Count(static id => id == "subtree-1"), Is.EqualTo(seen));
        foreach (var path in new[] { "", "/entries", "/receipt" })
        {
            using var one = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}{path}", token);
            Assert.That(one.StatusCode, Is.EqualTo(seen == 1 ? HttpStatusCode.OK : HttpStatusCode.NotFound), path);
        }

        using var dead = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/dead-letters", token);
        Assert.That((await ApiBench.JsonAsync(dead))["items"]!.AsArray(), Has.Count.EqualTo(seen));
        using var entries = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/entries", token);
        var ofMessage = (await ApiBench.JsonAsync(entries))["items"]!.AsArray().Where(e => e!["key"]?.GetValue<string>() == _message).ToList();
        Assert.That(ofMessage.Count > 0, Is.EqualTo(seen == 1));
    }

    [TestCase("H06.01", "known")]
    [TestCase("H06.02", "known")]
    [TestCase("H06.03", "invalid")]
    public async Task Should_check_receipts_of_senders_and_recipients_within_a_hundred_at_a_time(string under, string standing)
    {
        using var mine = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}/receipt", await TokenAsync("operator", "H06"));
        var receipt = await mine.Content.ReadAsStringAsync();
        // As long as those of messages to hundreds of recipients.
        string[] receipts = [receipt, .. Enumerable.Repeat(new string('x', 30_000), 99)];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_bench.Url, "/api/v1/receipts/check")) { Content = JsonContent.Create(new { receipts }) };
        request.Headers.Authorization = new("Bearer", await TokenAsync("operator", under));
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request);
        var standings = (await ApiBench.JsonAsync(answer))["items"]!.AsArray().Select(static i => i!["standing"]!.GetValue<string>()).ToList();
        Assert.That((standings.Count, standings[0]), Is.EqualTo((100, standing)));
    }

    [Test]
    public async Task Should_show_others_messages_exactly_like_none()
    {
        var token = await TokenAsync("operator", "H06.03");
        using var others = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}", token);
        using var none = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{new string('0', 64)}", token);
        var (left, right) = (await ApiBench.ProblemAsync(others, "not-found", HttpStatusCode.NotFound), await ApiBench.ProblemAsync(none, "not-found", HttpStatusCode.NotFound));
        Assert.That(left["detail"]!.GetValue<string>(), Is.EqualTo(right["detail"]!.GetValue<string>()));
    }

    [Test]
    public async Task Should_page_through_short_pages_to_the_end()
    {
        foreach (var (under, expected) in new[] { ("H06.02", 2), ("H06.03", 0) })
        {
            var token = await TokenAsync("auditor", under);
            var (found, cursor) = (0, "");
            do
            {
                using var answer = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages?limit=1{cursor}", token);
                var page = await ApiBench.JsonAsync(answer);
                found += page["items"]!.AsArray().Count(static m => m!["id"]!.GetValue<string>().StartsWith("subtree-", StringComparison.Ordinal));
                cursor = page["next"] is { } next ? $"&cursor={Uri.EscapeDataString(next.GetValue<string>())}" : "";
            }
            while (cursor.Length > 0);
            Assert.That(found, Is.EqualTo(expected), under);
        }
    }

    [Test]
    public async Task Should_change_nothing_outside()
    {
        var carol = await TokenAsync("operator", "H06.03");
        using var replay = await _bench.RequestAsync(HttpMethod.Post, $"/api/v1/operator/deliveries/{_dead}/replay", carol);
        await ApiBench.ProblemAsync(replay, "not-found", HttpStatusCode.NotFound);
        using var erase = await EraseAsync(carol);
        await ApiBench.ProblemAsync(erase, "not-found", HttpStatusCode.NotFound);
        using var registry = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/registry", carol);
        await ApiBench.ProblemAsync(registry, "outside-subtree", HttpStatusCode.Forbidden);
        using var content = new StringContent("hub: H06.09/lgsp", System.Text.Encoding.UTF8, "application/yaml");
        using var import = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/operator/import", carol, content);
        await ApiBench.ProblemAsync(import, "outside-subtree", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_not_erase_what_a_sender_outside_sent()
    {
        using var erase = await EraseAsync(await TokenAsync("operator", "H06.02"));
        await ApiBench.ProblemAsync(erase, "outside-subtree", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_ask_for_the_content_scope_and_a_reason_within_too()
    {
        using var without = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}/content", await TokenAsync("auditor", "H06.02"), reason: "thanh tra");
        await ApiBench.ProblemAsync(without, "not-allowed", HttpStatusCode.Forbidden);
        var token = (await _bench.RunAsync("token", "--name", "pham-vi", "--scope", "auditor", "content", "--under", "H06.02")).Output.Trim();
        using var unreasoned = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}/content", token);
        await ApiBench.ProblemAsync(unreasoned, "not-allowed", HttpStatusCode.Forbidden);
        using var read = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{_message}/content", token, reason: "thanh tra");
        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private Task<HttpResponseMessage> EraseAsync(string token) =>
        _bench.RequestAsync(HttpMethod.Post, $"/api/v1/operator/messages/{_message}/erase", token, JsonContent.Create(new JsonObject { ["reason"] = "luật" }));

    private async Task<string> TokenAsync(string scope, string under) =>
        (await _bench.RunAsync("token", "--name", "pham-vi", "--scope", scope, "--under", under)).Output.Trim();
}
