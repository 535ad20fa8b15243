using System.Globalization;
using System.Runtime.Versioning;
using Hub.Adapters.Stores.PostgreSql;
using Hub.IntegrationTests.Postgres;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Stores;

namespace Hub.IntegrationTests.Faults;

/// <summary>The nodes are stopped and started one after the other under load, and in the middle of it the schema moves on.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_a_hub_is_upgraded_under_load
{
    private const int Count = 2;
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);
    private string _folder = null!;

    private static IEnumerable<int> Cases => Rounds.Cases;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-upgrade-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test, CancelAfter(480_000)]
    public async Task Should_refuse_nobody_and_lose_nothing([ValueSource(nameof(Cases))] int @case, CancellationToken stop)
    {
        await using var server = await PostgresServer.StartNewAsync("max_connections = 200");
        var database = await server.NewEmptyDatabaseAsync();
        var owner = StoreFile.Owner(_folder, database);
        await MigrateAsync(owner, $"{PostgreSqlMigrations.Oldest}");
        await using var scene = await Scene.BeginAsync([.. Enumerable.Repeat(database.Application, Count)]);
        for (var round = 0; round < Rounds.Each; round++)
        {
            await scene.Rounds.RunAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}"), async () =>
            {
                List<string> drains = [];
                for (var node = 0; node < Count; node++)
                {
                    if (round == 1 && node == 1) await MigrateAsync(owner);
                    var drained = await scene.Nodes.StopAsync(node);
                    Assert.That(drained, Is.LessThan(LongestDrain), "drain");
                    await scene.Nodes.StartAsync(node);
                    var back = await scene.AllWorkAsync(stop);
                    drains.Add(string.Create(CultureInfo.InvariantCulture, $"hub-{node + 1} drained in {drained.TotalMilliseconds:0} ms, works {back} ms after it was ready"));
                }

                return $"{string.Join(", ", drains)}, schema {await database.ReadAsync<int>("SELECT max(version) FROM schema")}";
            });
        }

        Assert.That(await database.ReadAsync<int>("SELECT max(version) FROM schema"), Is.EqualTo(PostgreSqlMigrations.Newest));
        await RefusesAsync(database);
        await scene.EndAsync(database, stop);
    }

    /// <summary>A start on a schema that needs a newer program; the nodes that run go on.</summary>
    private async Task RefusesAsync(PostgresDatabase database)
    {
        await database.ExecuteAsync("INSERT INTO schema (version, minimum_program) VALUES (99, 98)");
        var serve = await HubProcess.RunAsync("serve", "--data", Path.Combine(_folder, "other"), "--address", "Z97/hub", "--listen", "http://127.0.0.1:0", "--store-file", StoreFile.App(_folder, database), "--node", "hub-old");
        await database.ExecuteAsync("DELETE FROM schema WHERE version = 99");
        Assert.That(serve.ExitCode, Is.EqualTo(3), serve.ToString());
        Assert.That(serve.Error, Does.Contain("schema 99").And.Contain("98").And.Contain("newer program"));
    }

    private async Task MigrateAsync(string owner, string? to = null)
    {
        var migrated = await HubProcess.RunAsync(["store", "migrate", "--data", Path.Combine(_folder, "data"), "--store-file", owner, .. to is null ? Array.Empty<string>() : ["--to", to]]);
        Assert.That(migrated.ExitCode, Is.Zero, migrated.ToString());
    }
}
