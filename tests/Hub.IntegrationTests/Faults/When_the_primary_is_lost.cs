using System.Globalization;
using System.Runtime.Versioning;
using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Faults;

/// <summary>A standby that every commit waits for. The primary is killed under load, the standby is promoted, and the nodes, which
/// know both, go on by themselves; then the new primary gets a standby in the old one's place, and is killed in its turn.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_the_primary_is_lost
{
    private const int Count = 2;
    private Random _random = null!;

    private static IEnumerable<int> Cases => Rounds.Cases;

    [SetUp]
    public void BeginChance() => _random = Rounds.Chance();

    [Test, CancelAfter(480_000)]
    public async Task Should_lose_nothing_and_go_on_at_the_standby([ValueSource(nameof(Cases))] int @case, CancellationToken stop)
    {
        await using var first = await PostgresServer.StartNewAsync("max_connections = 200");
        var database = await first.NewDatabaseAsync();
        var standby = await first.AddStandbyAsync();
        // Addresses stay, servers behind them change.
        await using var addresses = new Lines(first.Port, count: 2);
        addresses[1].LeadTo(standby.Port);
        var connection = database.ApplicationThrough(addresses.Ports);
        await using var scene = await Scene.BeginAsync([.. Enumerable.Repeat(connection, Count)]);
        for (var round = 0; round < Rounds.Each; round++)
        {
            await Task.Delay(_random.Next(500, 1500), stop);
            var (from, to) = (database.Server, standby);
            await scene.Rounds.RunAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}"), async () =>
            {
                var unavailable = scene.Traffic.Witness.Unavailable;
                await from.KillAsync();
                var away = _random.Next(200, 2000);
                await Task.Delay(away, stop);
                await to.PromoteAsync();
                var back = await scene.AllWorkAsync(stop);
                unavailable = scene.Traffic.Witness.Unavailable - unavailable;
                Assert.That(unavailable, Is.Positive, "Somebody must have been told that the hub is unavailable.");
                return string.Create(CultureInfo.InvariantCulture, $"primary killed, standby promoted {away} ms later, {unavailable} times unavailable; all nodes work {back} ms after the promotion");
            });
            database = database with { Server = to };
            if (round + 1 == Rounds.Each) break;
            standby = await to.AddStandbyAsync();
            addresses[round % 2].LeadTo(standby.Port);
        }

        await scene.EndAsync(database, stop);
    }
}
