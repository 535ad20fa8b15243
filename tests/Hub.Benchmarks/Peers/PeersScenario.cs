using System.Globalization;
using Hub.Benchmarks.Throughput;

namespace Hub.Benchmarks.Peers;

/// <summary>The hub beside what a plain .NET team would build, in one run: HTTP in, ES256 verified, durable, pushed out, durably done.</summary>
internal static class PeersScenario
{
    /// <summary>How many times as fast the hub must be.</summary>
    private const double LeastRatio = 2;

    internal static ThroughputOptions Defaults => new() { Cases = [Case.Named("1KB"), Case.Named("10KB")] };

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        Console.WriteLine("""
            The peer: ASP.NET Core, MassTransit 8.4.0 and RabbitMQ, one program that takes, verifies and pushes. Equal durability:
            persistent messages, publisher confirms, a quorum queue, acknowledged after the recipient's 2xx.
            What it does not do: receipts, a log that proves anything, rights, tokens, detection of repeats, signed pushes,
            encryption at rest, an order of messages, expiry, a mailbox, searches.
            """);
        var setup = new HubSetup(options.Postgres);
        var results = new List<Result>();
        foreach (var one in options.Cases)
        {
            var peer = await LineRun.RunAsync(options, one, "MassTransit+RabbitMQ", static async (folder, sinkUrl, sender) => await PeerLine.StartAsync(folder, sinkUrl, sender));
            var hub = await LineRun.RunAsync(options, one, $"hub {setup}", async (folder, sinkUrl, sender) => await HubLine.StartAsync(setup, folder, sinkUrl, sender));
            Compare(one, setup, peer, hub, results);
        }

        Report.Print("peers", results);
        return results.TrueForAll(static r => r.Value is not null) ? 0 : 1;
    }

    private static void Compare(Case one, HubSetup setup, Measured peer, Measured hub, List<Result> results)
    {
        var ratio = hub.SoundRate / peer.SoundRate;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{one.Name,-8} hub {setup} : peer = {ratio:F2} by rate, {peer.LineCpu / hub.LineCpu:F2} by CPU a message"));
        results.Add(new Result($"{one.Name} peer", peer.SoundRate, "msg/s", null, null));
        results.AddRange(peer.Details($"{one.Name} peer"));
        results.Add(new Result($"{one.Name} hub {setup}", hub.SoundRate, "msg/s", null, null));
        results.AddRange(hub.Details($"{one.Name} hub {setup}"));
        results.Add(new Result($"{one.Name} hub {setup} : peer", ratio is { } r ? Math.Round(r, 2) : null, "ratio", LeastRatio, ratio >= LeastRatio));
    }
}
