using System.Net.Http.Headers;
using Hub.Benchmarks.Processes;
using Hub.Benchmarks.Throughput;

namespace Hub.Benchmarks.Growth;

/// <summary>What a store full of messages costs: throughput beside an empty one's, the time to start, and lists.</summary>
internal static class GrowthScenario
{
    private const int Asked = 21;
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static readonly ThroughputOptions Defaults = new() { Stored = 1_000_000, Cases = [Case.Named("1KB")] };

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        var results = new List<Result>();
        await using (var hub = await OneHub.PrepareAsync())
        {
            await StoredMessages.AddAsync(hub.Data, postgres: null, options.Stored);
            Add(results, $"start with {options.Stored} messages", (await hub.ServeAsync()).TotalSeconds, "s", 5);
            var token = await ChildProcess.RunAsync("dotnet", [OneHub.HubDll, "token", "--data", hub.Data, "--scope", "operator", "--name", "bench", "--minutes", "60"]);
            hub.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
            var since = Uri.EscapeDataString(Clock.GetUtcNow().AddMinutes(-1).ToString("O"));
            foreach (var filter in new[] { "from=Z97/sender", "recipient=Z97/sink-3", "type=vn.document.v1", "state=delivered", "state=dead", $"since={since}", $"until={since}", "recipient=Z97/sink-2&state=queued" })
                Add(results, $"list by {filter.Split('&')[0].Split('=')[0]} ({filter})", await ListAsync(hub, filter), "ms", 50);
        }

        results.AddRange(await ThroughputScenario.MeasureAsync(options));
        Report.Print("growth", results);
        return 0;
    }

    /// <summary>The slowest of the first page and the second, asked again and again after a first time for the compiler.</summary>
    private static async Task<double> ListAsync(OneHub hub, string filter)
    {
        var slowest = 0.0;
        for (var i = 0; i < Asked; i++)
        {
            var begun = Clock.GetTimestamp();
            using var answer = await hub.Http.GetAsync(new Uri($"{hub.Url}/api/v1/messages?limit=50&{filter}"));
            await OneHub.RequireAsync(answer);
            await answer.Content.ReadAsByteArrayAsync();
            if (i > 0) slowest = Math.Max(slowest, Clock.GetElapsedTime(begun).TotalMilliseconds);
        }

        return slowest;
    }

    private static void Add(List<Result> results, string name, double value, string unit, double most)
    {
        results.Add(new Result(name, Math.Round(value, 2), unit, most, value <= most));
        Console.WriteLine($"{name,-70} {value,10:F2} {unit}");
    }
}
