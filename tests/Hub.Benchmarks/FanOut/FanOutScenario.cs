using System.Globalization;
using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.FanOut;

/// <summary>One document to a group of pushed systems, until the last has it.</summary>
internal static class FanOutScenario
{
    private const int Systems = 1_000;
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static async Task<int> RunAsync(int times)
    {
        await using var hub = await OneHub.PrepareAsync([.. Enumerable.Range(1, Systems).Select(static i => $"Z97/sink-{i}")]);
        await hub.ServeAsync();
        var results = new List<Result>();
        // The first is for the compiler.
        for (var i = 0; i <= times; i++)
        {
            var expected = await ArrivedAsync(hub) + Systems;
            var begun = Clock.GetTimestamp();
            await hub.SendAsync($"fan-{i}", "group:all", 10 * 1024);
            var accepted = Clock.GetElapsedTime(begun).TotalSeconds;
            while (await ArrivedAsync(hub) < expected) await Task.Delay(10);
            var took = Clock.GetElapsedTime(begun).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"10 KB to {Systems} systems: accepted after {accepted:F3} s, the last had it after {took:F3} s"));
            if (i > 0) results.Add(new Result($"10 KB to {Systems} pushed systems, run {i}", Math.Round(took, 3), "s", 2, took <= 2));
        }

        Report.Print("fanout", results);
        return 0;
    }

    /// <summary>Pushes so far; the sink counts a message once and each further push of it as repeated.</summary>
    private static async Task<long> ArrivedAsync(OneHub hub)
    {
        var parts = (await hub.Http.GetStringAsync(new Uri($"{hub.SinkUrl}/digest"))).Split(' ');
        return long.Parse(parts[0], CultureInfo.InvariantCulture) + long.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
