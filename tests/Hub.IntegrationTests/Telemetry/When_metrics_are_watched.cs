using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Hub.Tests.Deploy;

namespace Hub.IntegrationTests.Telemetry;

/// <summary>What <c>deploy/</c> watches is what a hub tells, and only to whom it may.</summary>
[TestFixture]
public sealed partial class When_metrics_are_watched
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    /// <summary>What a hub tells only once it happens, or another tells: metric → labels.</summary>
    private static readonly Dictionary<string, string[]> Otherwise = new(StringComparer.Ordinal)
    {
        ["up"] = [], // Prometheus' own
        ["hub_commit_conflicts_total"] = [], // several nodes
        ["hub_otlp_dropped_total"] = [], // a collector that fails
        ["hub_otlp_failures_total"] = ["signal"],
        ["hub_uploads_bytes_total"] = [], // uploads
        ["hub_intake_duplicates_total"] = ["encoding"], // messages sent twice
        ["hub_keys_expiring"] = ["days"], // once a day
        ["hub_certificates_oldest_answer_seconds"] = [], // keys with certificates
        ["hub_breaker_state"] = ["system"], // systems that failed
        ["hub_deliveries_aged"] = [], // the sweep that looks at ages
        ["hub_systems_silent"] = [], // systems with a heartbeat
        ["hub_intake_shed_total"] = ["reason"], // overload
    };

    /// <summary>Labels that Prometheus adds, and that of the systems beyond the deepest 200.</summary>
    private static readonly string[] Added = ["instance", "job", "overflow"];

    private string _secret = "";
    private TracedHub _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(_secret, Token + "\n");
        _bench = await TracedHub.StartAsync("--metrics-token", _secret);
        await _bench.UntilPushedAsync((await _bench.SendAsync("well")).Key);
        await _bench.SendAsync("refused", to: "H06.77/khong-co");
        _bench.Sink.Interfere = static (_, _, context) =>
        {
            context.Response.StatusCode = 503;
            return true;
        };
        await _bench.SendAsync("waiting");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // What the store holds is read every five seconds.
        while (!HasBoth(await ReadAsync(Token))) await Task.Delay(100, patience.Token);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        File.Delete(_secret);
    }

    [Test]
    public async Task Should_tell_every_metric_of_dashboard_and_rules_with_its_labels()
    {
        var told = Series(await ReadAsync(Token));
        Assert.Multiple(() =>
        {
            foreach (var (place, expression) in WatchedFiles.Expressions)
            {
                var parsed = PromQl.Parse(expression);
                var known = Added.ToHashSet(StringComparer.Ordinal);
                foreach (var (name, labels) in parsed.Reads)
                {
                    var found = told.TryGetValue(name, out var of) ? of : Otherwise.TryGetValue(name, out var declared) ? [.. declared] : null;
                    Assert.That(found, Is.Not.Null, $"{place}: there is no {name}");
                    Assert.That(labels.Except(Added), Is.SubsetOf(found ?? []), $"{place}: labels of {name}");
                    known.UnionWith(found ?? []);
                }

                Assert.That(parsed.GroupedBy, Is.SubsetOf(known), place);
            }
        });
    }

    [Test]
    public async Task Should_tell_systems_apart_only_to_who_may_know()
    {
        var operators = await ReadAsync((await Processes.HubProcess.RunAsync("token", "--scope", "operator", "--name", "truc-ban", "--data", _bench.Hub.DataDirectory)).Output.Trim());
        foreach (var text in new[] { await ReadAsync(Token), operators })
            Assert.That(text, Does.Match(@"(?m)^hub_queue_depth\{system=""H06\.02/qlvb""\} 1$").And.Match(@"(?m)^hub_queue_age_seconds\{system=""H06\.02/qlvb""\} "));
        Assert.That(await ReadAsync(null), Does.Not.Contain("H06.").And.Contain("hub_backlog_deliveries 1\n"));
        Assert.That((await GetAsync("another-token-of-32-characters-xx")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private static bool HasBoth(string metrics) =>
        metrics.Contains("outcome=\"failed\"", StringComparison.Ordinal) && metrics.Contains("hub_backlog_deliveries 1\n", StringComparison.Ordinal);

    private async Task<string> ReadAsync(string? token)
    {
        using var answer = await GetAsync(token);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> GetAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _bench.Hub.Http.SendAsync(request);
    }

    private static Dictionary<string, HashSet<string>> Series(string metrics)
    {
        var told = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var line in metrics.Split('\n').Where(static l => l.Length > 0 && l[0] != '#'))
        {
            var name = line[..line.IndexOfAny(['{', ' '])];
            if (!told.TryGetValue(name, out var labels)) told.Add(name, labels = new HashSet<string>(StringComparer.Ordinal));
            foreach (Match label in Label().Matches(line)) labels.Add(label.Groups[1].Value);
        }

        return told;
    }

    [GeneratedRegex(@"[{,]([a-zA-Z_]+)=""")]
    private static partial Regex Label();
}
