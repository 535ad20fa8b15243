using System.Globalization;
using System.Runtime.Versioning;
using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Faults;

/// <summary>Three nodes over one database, and one fault after the other: a node is killed, or sleeps longer than its lease, the
/// database restarts, the line between a node and the database is cut or goes silent.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_nodes_fail_under_load
{
    private const int Count = 3;
    private Random _random = null!;

    private static IEnumerable<int> Cases => Rounds.Cases;

    [SetUp]
    public void BeginChance() => _random = Rounds.Chance();

    [Test, CancelAfter(480_000)]
    public async Task Should_keep_every_promise([ValueSource(nameof(Cases))] int @case, CancellationToken stop)
    {
        await using var server = await PostgresServer.StartNewAsync("max_connections = 200");
        var database = await server.NewDatabaseAsync();
        await using var lines = new Lines(server.Port, Count);
        await using var scene = await Scene.BeginAsync([.. lines.Ports.Select(port => database.ApplicationThrough(port))]);
        Fault[] faults = [KillAsync, PauseAsync, RestartDatabaseAsync, CutAsync, StallAsync];
        _random.Shuffle(faults);
        for (var round = 0; round < Rounds.Each; round++)
        {
            await Task.Delay(_random.Next(500, 1500), stop);
            var node = _random.Next(Count);
            await scene.Rounds.RunAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1} at hub-{node + 1}"), async () =>
            {
                var what = await faults[round % faults.Length](new Place(scene.Nodes, node, lines[node], server), stop);
                var back = await scene.AllWorkAsync(stop);
                return string.Create(CultureInfo.InvariantCulture, $"{what}; all nodes work {back} ms after it ended");
            });
        }

        await scene.EndAsync(database, stop);
    }

    private delegate Task<string> Fault(Place at, CancellationToken stop);

    private async Task<string> KillAsync(Place at, CancellationToken stop)
    {
        await at.Nodes.KillAsync(at.Node);
        var away = _random.Next(0, 6000);
        await Task.Delay(away, stop);
        await at.Nodes.StartAsync(at.Node);
        return $"killed, away for {away} ms";
    }

    private async Task<string> PauseAsync(Place at, CancellationToken stop)
    {
        await at.Nodes.PauseAsync(at.Node);
        var asleep = _random.Next(5500, 7500);
        await Task.Delay(asleep, stop);
        await at.Nodes.ContinueAsync(at.Node);
        return $"asleep for {asleep} ms";
    }

    private static async Task<string> RestartDatabaseAsync(Place at, CancellationToken stop)
    {
        var began = Environment.TickCount64;
        await at.Server.RestartAsync(immediate: true);
        return $"the database was away for {Environment.TickCount64 - began} ms";
    }

    private async Task<string> CutAsync(Place at, CancellationToken stop)
    {
        at.Line.Cut();
        var away = _random.Next(500, 7000);
        await Task.Delay(away, stop);
        at.Line.Heal();
        return $"cut off from the database for {away} ms";
    }

    private async Task<string> StallAsync(Place at, CancellationToken stop)
    {
        at.Line.Stall();
        var away = _random.Next(3000, 8000);
        await Task.Delay(away, stop);
        at.Line.Heal();
        return $"nothing passed to the database for {away} ms";
    }

    private sealed record Place(HubNodes Nodes, int Node, TcpProxy Line, PostgresServer Server);
}
