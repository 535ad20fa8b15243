using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Api;

/// <summary>Dead letters from the command line: groups, owners, notes, runs; and messages taken back.</summary>
[TestFixture]
public sealed class When_operators_sort_dead_letters
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_count_own_note_and_replay_a_group_in_a_run()
    {
        var key = await DieAsync("run-1");
        var group = $"{_bench.Bob.Address}:recipient-failed";
        var found = (await JsonAsync("dead-letters", "--group"))["items"]!.AsArray().Single()!;
        Assert.That((found["group"]!.GetValue<string>(), found["count"]!.GetValue<long>()), Is.EqualTo((group, 1L)));
        Assert.That(found["latestDetail"]!.GetValue<string>(), Does.Contain("đĩa đầy"));
        await _bench.RunAsync("dead-letters", "owner", group, "operator:an");
        await _bench.RunAsync("dead-letters", "note", group, "đã gọi");
        Assert.That((await _bench.RunAsync("dead-letters", "--group")).Output, Does.Contain("operator:an").And.Contain("đã gọi"));

        var run = (await JsonAsync("replay", "preview", "--group", group))["id"]!.GetValue<string>();
        Assert.That((await _bench.RunAsync("replay", "runs")).Output, Does.Contain("previewed"));
        Assert.That((await JsonAsync("replay", "run", run, "--start"))["state"]!.GetValue<string>(), Is.EqualTo("running"));
        var again = (await _bench.Bob.ClaimAsync(_bench.Url, 1, waitSeconds: 20)).Single()!;
        Assert.That((again["message"]!.GetValue<string>(), again["replay"]!.GetValue<bool>()), Is.EqualTo((key, true)));
        await _bench.Bob.AckAsync(_bench.Url, again["claim"]!.GetValue<string>());
        JsonNode seen;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        do seen = await JsonAsync("replay", "run", run);
        while (seen["state"]!.GetValue<string>() == "running" && !patience.IsCancellationRequested);
        Assert.That((seen["state"]!.GetValue<string>(), seen["replayed"]!.GetValue<long>(), seen["skipped"]!.GetValue<long>()), Is.EqualTo(("done", 1L, 0L)));
    }

    [Test]
    public async Task Should_let_its_sender_take_a_message_back_and_nobody_else()
    {
        var key = await _bench.SendAsync("cancel-1");
        using var byRecipient = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/messages/{key}/cancel", new { });
        await ApiBench.ProblemAsync(byRecipient, "not-allowed", HttpStatusCode.Forbidden);
        using var bySender = await _bench.Alice.PostJsonAsync(_bench.Url, $"/api/v1/messages/{key}/cancel", new { });
        var answer = await ApiBench.JsonAsync(bySender);
        Assert.That((answer["cancelled"]!.AsArray().Count, answer["stays"]!.AsArray().Count), Is.EqualTo((1, 0)));
        var second = await _bench.SendAsync("cancel-2");
        using var withoutReason = await _bench.RequestAsync(HttpMethod.Post, $"/api/v1/messages/{second}/cancel", await _bench.TokenAsync("operator"), new StringContent("{}", Encoding.UTF8, "application/json"));
        await ApiBench.ProblemAsync(withoutReason, "invalid-request", HttpStatusCode.BadRequest);
        Assert.That((await _bench.RunAsync("cancel", second, "--reason", "gửi nhầm")).Output, Does.StartWith("1 cancelled, 0 stay"));
        Assert.That((await JsonAsync("show", second))["entries"]!.AsArray().Select(e => e!["kind"]!.GetValue<string>()), Has.Member("message.cancelled"));
    }

    // Bob's policy allows one claim: giving it back kills the delivery.
    private async Task<string> DieAsync(string id)
    {
        var key = await _bench.SendAsync(id);
        while (true)
        {
            var claim = (await _bench.Bob.ClaimAsync(_bench.Url, 1, waitSeconds: 20)).Single()!;
            if (claim["message"]!.GetValue<string>() != key)
            {
                await _bench.Bob.AckAsync(_bench.Url, claim["claim"]!.GetValue<string>());
                continue;
            }

            using var nack = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{claim["claim"]!.GetValue<string>()}/nack", new { reason = "đĩa đầy" });
            Assert.That(nack.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await nack.Content.ReadAsStringAsync());
            return key;
        }
    }

    private async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse((await _bench.RunAsync([.. arguments, "--json"])).Output)!;
}
