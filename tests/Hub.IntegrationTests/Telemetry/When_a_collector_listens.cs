using System.Net;
using System.Text.Json.Nodes;

namespace Hub.IntegrationTests.Telemetry;

[TestFixture]
public sealed class When_a_collector_listens
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Test]
    public async Task Should_get_one_trace_from_the_post_to_the_outcome_of_its_push_and_the_metrics()
    {
        await using var collector = await Collector.StartAsync();
        await using var bench = await TracedHub.StartAsync("--otlp", collector.Url.ToString(), "--otlp-sample", "1");
        var (key, answer) = await bench.SendAsync("traced", $"00-{Trace}-b7ad6b7169203331-01");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        await bench.UntilPushedAsync(key);

        var spans = (await collector.UntilAsync(static all => all.Any(static s => s is { Trace: Trace, Name: "hub.outcome" }))).Where(static s => s.Trace == Trace).ToDictionary(static s => s.Name, StringComparer.Ordinal);
        var (request, commit, attempt, outcome) = (spans["POST /api/v1/messages"], spans["hub.commit"], spans["hub.attempt"], spans["hub.outcome"]);
        Assert.Multiple(() =>
        {
            Assert.That(request.Parent, Is.EqualTo("b7ad6b7169203331"));
            Assert.That((commit.Parent, attempt.Parent, outcome.Parent), Is.EqualTo((request.Id, request.Id, attempt.Id)));
            Assert.That(request.Attributes["hub.message"], Is.EqualTo(key));
            Assert.That(attempt.Attributes["hub.recipient"], Is.EqualTo(bench.Bob.Address.ToString()));
            Assert.That(bench.Places[key], Is.EqualTo($"00-{Trace}-{attempt.Id}-01"), "what the recipient got");
            Assert.That(collector.Resource["service.name"], Is.EqualTo("hub"));
        });

        Assert.That(await bench.Hub.StopAsync(), Is.Zero);
        Assert.That(collector.Metrics.Keys, Is.SupersetOf(new[] { "hub.intake.accepted", "hub.commit.duration", "hub.store.messages", "hub.disk.free", "dotnet.process.memory.working_set" }));
    }

    [Test]
    public async Task Should_hear_of_what_fails_though_nothing_is_sampled()
    {
        await using var collector = await Collector.StartAsync();
        await using var bench = await TracedHub.StartAsync("--otlp", collector.Url.ToString(), "--otlp-sample", "0");
        var (well, accepted) = await bench.SendAsync("well");
        Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        await bench.UntilPushedAsync(well);
        bench.Sink.Interfere = static (_, attempt, context) =>
        {
            if (attempt > 1) return false;
            context.Response.StatusCode = 503;
            return true;
        };
        var (badly, _) = await bench.SendAsync("badly");
        var (_, refused) = await bench.SendAsync("refused", to: "H06.77/khong-co");
        var trace = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["traceId"]!.GetValue<string>();

        var spans = await collector.UntilAsync(all => all.Any(s => s.Trace == trace) && all.Any(s => s.Attributes.GetValueOrDefault("hub.message") == badly));
        var refusal = spans.Single(s => s.Trace == trace);
        Assert.Multiple(() =>
        {
            Assert.That((refusal.Name, refusal.IsError), Is.EqualTo(("POST /api/v1/messages", true)));
            Assert.That(refusal.Attributes["hub.problem"], Is.EqualTo("unknown-recipient"));
            Assert.That(spans.Select(static s => s.Attributes.GetValueOrDefault("hub.message")), Has.None.EqualTo(well));
        });
    }

    [TestCase("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [TestCase("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-and-more-and-more-and-more")]
    [TestCase("' OR 1=1")]
    public async Task Should_leave_aside_what_is_no_traceparent(string traceparent)
    {
        await using var collector = await Collector.StartAsync();
        await using var bench = await TracedHub.StartAsync("--otlp", collector.Url.ToString(), "--otlp-sample", "1");
        var (key, answer) = await bench.SendAsync("odd", traceparent);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        var spans = await collector.UntilAsync(all => all.Any(s => s.Attributes.GetValueOrDefault("hub.message") == key && s.Name == "POST /api/v1/messages"));
        Assert.That(spans.Select(static s => s.Trace), Has.None.EqualTo(Trace).And.None.EqualTo(new string('0', 32)));
        Assert.That(spans.First(s => s.Attributes.GetValueOrDefault("hub.message") == key).Parent, Is.Empty);
    }
}
