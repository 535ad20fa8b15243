using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.Idle;

/// <summary>What a hub costs that has nothing to do.</summary>
internal static class IdleScenario
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(60);

    internal static async Task<int> RunAsync()
    {
        await using var hub = await OneHub.PrepareAsync();
        await hub.ServeAsync();
        for (var i = 0; i < 100; i++) await hub.SendAsync($"first-{i}", "Z97/sink-1", 1024);
        await Task.Delay(Settling);
        var before = hub.Process.Cpu;
        await Task.Delay(Watched);
        var share = (hub.Process.Cpu - before) / Watched * 100;
        var memory = Footprint.Now(hub.Process.Id) / 1048576.0;
        Result[] results =
        [
            new("share of one core over 60 s", Math.Round(share, 2), "%", 0.5, share <= 0.5),
            new("resident memory", Math.Round(memory, 1), "MiB", 150, memory <= 150),
        ];
        foreach (var result in results) Console.WriteLine($"{result.Case,-40} {result.Value,10} {result.Unit}");
        Report.Print("idle", results);
        return 0;
    }
}
