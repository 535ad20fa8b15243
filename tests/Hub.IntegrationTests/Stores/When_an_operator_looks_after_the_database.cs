using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using Hub.Adapters.Stores;
using Hub.Adapters.Stores.PostgreSql;
using Hub.IntegrationTests.Postgres;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Trust;
using Npgsql;

namespace Hub.IntegrationTests.Stores;

/// <summary><c>hub store check</c> and <c>migrate</c>, and what a start says to a database that is not as it should be.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_an_operator_looks_after_the_database
{
    private string _folder = null!;
    private PostgresServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hub-store-").FullName;
        _server = await PostgresServer.SharedAsync();
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Should_migrate_an_empty_database_and_find_it_good()
    {
        var database = await _server.NewEmptyDatabaseAsync();
        var (owner, app) = (StoreFile.Owner(_folder, database), StoreFile.App(_folder, database));

        var dry = await HubProcess.RunAsync("store", "migrate", "--data", Data, "--store-file", owner, "--dry-run");
        Assert.That((dry.ExitCode, dry.Output.Contains("CREATE TABLE entry", StringComparison.Ordinal)), Is.EqualTo((0, true)), dry.ToString());
        var refused = await HubProcess.RunAsync("store", "check", "--data", Data, "--store-file", app, "--json");
        Assert.That((refused.ExitCode, Findings(refused)["schema"]), Is.EqualTo((1, false)), refused.ToString());

        foreach (var round in new[] { "first", "again" })
        {
            var migrated = await HubProcess.RunAsync("store", "migrate", "--data", Data, "--store-file", owner);
            Assert.That(migrated.ExitCode, Is.Zero, $"{round}: {migrated}");
        }

        var check = await HubProcess.RunAsync("store", "check", "--data", Data, "--store-file", app, "--json");
        // The shared server of the tests does not sync.
        Assert.That(Findings(check).Where(static f => !f.Value).Select(static f => f.Key), Is.EqualTo(new[] { "durable" }), check.ToString());
    }

    [Test]
    public async Task Should_find_a_role_that_may_too_much()
    {
        var database = await _server.NewDatabaseAsync();
        var check = await HubProcess.RunAsync("store", "check", "--data", Data, "--store-file", StoreFile.Owner(_folder, database), "--json");
        Assert.That((check.ExitCode, Findings(check)["role"]), Is.EqualTo((1, false)), check.ToString());
    }

    [Test]
    public async Task Should_not_take_away_what_a_living_node_needs()
    {
        var database = await _server.NewDatabaseAsync();
        await database.ExecuteAsync("INSERT INTO node (name, incarnation, version, joined, until, released) VALUES ('old', 1, '0.1.0 schema 1', now(), now() + interval '1 hour', false), ('new', 1, '0.2.0 schema 7', now(), now() + interval '1 hour', false), ('dead', 1, '0.1.0 schema 1', now(), now() - interval '1 hour', false)");
        await using var connection = new NpgsqlConnection(database.Owner);
        await connection.OpenAsync();
        var blockers = await StoreMigrationPlan.BlockersAsync(connection, PostgreSqlMigrations.LiveNodes, 6, oldestProgram: 6, CancellationToken.None);
        Assert.That(blockers, Has.Count.EqualTo(1).And.Some.Contains("'old'"));
        Assert.That(await StoreMigrationPlan.BlockersAsync(connection, PostgreSqlMigrations.LiveNodes, 6, oldestProgram: 1, CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Should_refuse_a_wrong_password_at_once_and_never_say_it()
    {
        var database = await _server.NewDatabaseAsync();
        var file = StoreFile.Write(_folder, "store", new NpgsqlConnectionStringBuilder(database.Application) { Password = "geheim" }.ConnectionString);
        var started = Stopwatch.GetTimestamp();
        var serve = await HubProcess.RunAsync("serve", "--data", Data, "--address", "Z97/hub", "--listen", "http://127.0.0.1:0", "--store-file", file);
        Assert.That(serve.ExitCode, Is.EqualTo(1), serve.ToString());
        Assert.That(serve.ToString(), Does.Contain("--store-file").And.Not.Contain("geheim"));
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Should_wait_for_a_database_that_does_not_answer_and_then_say_so()
    {
        var file = StoreFile.Write(_folder, "store", $"Host=127.0.0.1;Port={OpensslAuthority.FreePort()};Database=hub;Username=hub_app;Password=geheim");
        var serve = await HubProcess.RunAsync("serve", "--data", Data, "--address", "Z97/hub", "--listen", "http://127.0.0.1:0", "--store-file", file, "--store-wait", "2");
        Assert.That(serve.ExitCode, Is.EqualTo(3), serve.ToString());
        Assert.That(serve.Error, Does.Contain("waiting for it").And.Contain("--store-wait").And.Not.Contain("geheim"));
    }

    [Test]
    public async Task Should_refuse_a_database_without_schema_and_say_what_to_do()
    {
        var serve = await HubProcess.RunAsync("serve", "--data", Data, "--address", "Z97/hub", "--listen", "http://127.0.0.1:0", "--store-file", StoreFile.App(_folder, await _server.NewEmptyDatabaseAsync()));
        Assert.That((serve.ExitCode, serve.Error.Contains("hub store migrate", StringComparison.Ordinal)), Is.EqualTo((3, true)), serve.ToString());
    }

    private string Data => Path.Combine(_folder, "data");

    private static Dictionary<string, bool> Findings(CommandResult check)
    {
        using var document = JsonDocument.Parse(check.Output);
        return document.RootElement.GetProperty("findings").EnumerateArray().ToDictionary(static f => f.GetProperty("name").GetString()!, static f => f.GetProperty("good").GetBoolean());
    }
}
