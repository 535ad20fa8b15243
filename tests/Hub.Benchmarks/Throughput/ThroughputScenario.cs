namespace Hub.Benchmarks.Throughput;

/// <summary>The hub's own rates; with more nodes or stored messages asked for, also what those cost.</summary>
internal static class ThroughputScenario
{
    /// <summary>What two nodes on one machine must reach of one, and a full store of an empty one.</summary>
    private const double LeastShare = 0.9;

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        var results = await MeasureAsync(options);
        Report.Print("throughput", results);
        return results.TrueForAll(static r => r.Value is not null) ? 0 : 1;
    }

    internal static async Task<List<Result>> MeasureAsync(ThroughputOptions options)
    {
        var results = new List<Result>();
        foreach (var one in options.Cases) await MeasureAsync(options, one, results);
        return results;
    }

    private static async Task MeasureAsync(ThroughputOptions options, Case one, List<Result> results)
    {
        var plain = new HubSetup(options.Postgres);
        var least = options.Postgres ? one.PostgresTarget : one.Target;
        var alone = await AddAsync(options, one, plain, least, results);
        if (options.Nodes > 1) await CompareAsync(plain with { Nodes = options.Nodes });
        if (options.Stored > 0) await CompareAsync(plain with { Stored = options.Stored });

        async Task CompareAsync(HubSetup setup)
        {
            var other = await AddAsync(options, one, setup, least: null, results);
            var share = other.SoundRate / alone.SoundRate;
            results.Add(new Result($"{one.Name} {setup}, of one empty node", share is { } s ? Math.Round(s, 3) : null, "share", LeastShare, share >= LeastShare));
        }
    }

    private static async Task<Measured> AddAsync(ThroughputOptions options, Case one, HubSetup setup, int? least, List<Result> results)
    {
        var measured = await LineRun.RunAsync(options, one, setup.ToString(), async (folder, sinkUrl, sender) => await HubLine.StartAsync(setup, folder, sinkUrl, sender));
        var name = $"{one.Name} {setup}";
        results.Add(new Result(name, measured.SoundRate, "msg/s", least, least is null ? null : measured.SoundRate >= least));
        results.AddRange(measured.Details(name));
        return measured;
    }
}
