using System.Globalization;
using Hub.Benchmarks.Throughput;

namespace Hub.Benchmarks.Peers;

/// <summary>The hub beside what a plain .NET team would build, in one run: HTTP in, ES256 verified, durable, pushed out, durably done.</summary>
internal static class PeersScenario
{
    /// <summary>How many times as fast as the plain peer the hub must be.</summary>
    private const double LeastRatio = 2;

    internal static ThroughputOptions Defaults => new() { Cases = [Case.Named("1KB"), Case.Named("10KB")] };

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        Console.WriteLine("""
            The peers: ASP.NET Core, MassTransit 8.4.0 and RabbitMQ, one program that takes, verifies and pushes. Equal durability:
            persistent messages, publisher confirms, a quorum queue, acknowledged after the recipient's 2xx.
              plain  as MassTransit's documentation shows it: Publish of a record, its JSON envelope, its own topology, IHttpClientFactory;
                     prefetch 64, as many pushes as the hub has under way, and so many at once
              tuned  Send past the exchange of the type, raw JSON without reflection, one pool of connections, prefetch 128 for 64 at once
            What they do not do: receipts, a log that proves anything, rights, tokens, detection of repeats, signed pushes,
            encryption at rest, an order of messages, expiry, a mailbox, searches.
            """);
        var setup = new HubSetup(options.Postgres);
        var results = new List<Result>();
        foreach (var one in options.Cases)
        {
            List<(string Name, Measured Measured)> peers = [];
            foreach (var peer in options.Peers)
            {
                peers.Add((peer, await LineRun.RunAsync(options, one, $"MassTransit+RabbitMQ {peer}",
                    async (folder, sinkUrl, sender) => await PeerLine.StartAsync(peer == "tuned", folder, sinkUrl, sender))));
            }

            var hub = await LineRun.RunAsync(options, one, $"hub {setup}", async (folder, sinkUrl, sender) => await HubLine.StartAsync(setup, folder, sinkUrl, sender));
            results.Add(new Result($"{one.Name} hub {setup}", hub.SoundRate, "msg/s", null, null));
            results.AddRange(hub.Details($"{one.Name} hub {setup}"));
            foreach (var (peer, measured) in peers) Compare(one, $"hub {setup} : {peer} peer", (peer, measured), hub, results);
        }

        Report.Print("peers", results);
        return results.TrueForAll(static r => r.Value is not null) ? 0 : 1;
    }

    private static void Compare(Case one, string title, (string Name, Measured Measured) peer, Measured hub, List<Result> results)
    {
        var ratio = hub.SoundRate / peer.Measured.SoundRate;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{one.Name,-8} {title} = {ratio:F2} by rate, {peer.Measured.LineCpu / hub.LineCpu:F2} by CPU a message"));
        results.Add(new Result($"{one.Name} {peer.Name} peer", peer.Measured.SoundRate, "msg/s", null, null));
        results.AddRange(peer.Measured.Details($"{one.Name} {peer.Name} peer"));
        var rounded = ratio is { } r ? Math.Round(r, 2) : (double?)null;
        results.Add(peer.Name == "plain" ? new Result($"{one.Name} {title}", rounded, "ratio", LeastRatio, ratio >= LeastRatio) : new Result($"{one.Name} {title}", rounded, "ratio", null, null));
    }
}
