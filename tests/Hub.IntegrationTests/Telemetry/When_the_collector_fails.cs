using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Hub.IntegrationTests.Telemetry;

/// <summary>A collector is a convenience: whatever it does, messages go their way and what it misses is counted.</summary>
[TestFixture]
public sealed class When_the_collector_fails
{
    [TestCase("away")]
    [TestCase("hanging")]
    [TestCase("refusing")]
    public async Task Should_go_on_and_count(string how)
    {
        var collector = await Collector.StartAsync();
        var url = collector.Url.ToString();
        using var open = new CancellationTokenSource();
        if (how == "away") await collector.DisposeAsync();
        else collector.Interfere = how == "hanging" ? context => HangAsync(context, open.Token) : RefuseAsync;
        try
        {
            await using var bench = await TracedHub.StartAsync("--otlp", url, "--otlp-sample", "1");
            for (var i = 0; i < 20; i++)
            {
                var (key, answer) = await bench.SendAsync($"m{i}");
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
                await bench.UntilPushedAsync(key);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            while (Dropped(await bench.Hub.Http.GetStringAsync("/metrics", patience.Token)) == 0) await Task.Delay(200, patience.Token);
            var stopping = Stopwatch.StartNew();
            Assert.That(await bench.Hub.StopAsync(), Is.Zero);
            Assert.That(stopping.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "the stop waits for the collector");
        }
        finally
        {
            await open.CancelAsync();
            await collector.DisposeAsync();
        }
    }

    private static double Dropped(string metrics) => metrics.Split('\n').Where(static line => line.StartsWith("hub_otlp_dropped_total", StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    private static Task HangAsync(HttpContext context, CancellationToken open) =>
        Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(open, context.RequestAborted).Token).ContinueWith(static _ => { }, TaskScheduler.Default);

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}
