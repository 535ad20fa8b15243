using Npgsql;

namespace Hub.IntegrationTests.Postgres;

public sealed class When_a_postgres_is_started_by_the_tests
{
    [Test]
    public async Task Should_take_verified_tls_only_from_its_own_name()
    {
        var database = await (await PostgresServer.SharedAsync()).NewEmptyDatabaseAsync();
        Assert.That(await database.ReadAsync<bool>("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"));
        var another = new NpgsqlConnectionStringBuilder(database.Application) { RootCertificate = null, Pooling = false };
        await using var stranger = new NpgsqlConnection(another.ConnectionString);
        Assert.That(async () => await stranger.OpenAsync(), Throws.InstanceOf<NpgsqlException>(), "the system's authorities do not know it");
    }

    [Test]
    public async Task Should_give_each_role_its_own_rights()
    {
        var database = await (await PostgresServer.SharedAsync()).NewEmptyDatabaseAsync();
        await PostgresServer.ExecuteAsync(database.Owner, "CREATE TABLE t (n int); GRANT INSERT ON t TO hub_app");
        await PostgresServer.ExecuteAsync(database.Application, "INSERT INTO t VALUES (1)");
        Assert.That(
            async () => await PostgresServer.ExecuteAsync(database.Application, "CREATE TABLE u (n int)"),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task Should_keep_what_was_committed_when_it_is_killed_or_its_standby_promoted()
    {
        string folder;
        await using (var server = await PostgresServer.StartNewAsync())
        {
            folder = Path.GetDirectoryName(server.CaFile)!;
            var database = await server.NewEmptyDatabaseAsync();
            await database.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
            await server.KillAsync();
            await server.StartAsync();
            await server.RestartAsync(immediate: true);
            Assert.That(await database.ReadAsync<int>("SELECT n FROM t"), Is.EqualTo(1));

            var standby = await server.AddStandbyAsync();
            await database.ExecuteAsync("INSERT INTO t VALUES (2)");
            await server.KillAsync();
            await standby.PromoteAsync();
            var promoted = new NpgsqlConnectionStringBuilder(database.ApplicationThrough(server.Port, standby.Port)) { Username = PostgresServer.SuperRole, Pooling = false };
            await PostgresServer.ExecuteAsync(promoted.ConnectionString, "INSERT INTO t VALUES (3)");
            Assert.That(await (database with { Server = standby }).ReadAsync<long>("SELECT sum(n) FROM t"), Is.EqualTo(6));
        }

        Assert.That(Directory.Exists(folder), Is.False);
    }

    [Test]
    public async Task Should_be_cut_off_stalled_and_healed_by_the_proxy()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.NewEmptyDatabaseAsync();
        await using var proxy = TcpProxy.Start(server.Port);
        await using var connection = new NpgsqlConnection(database.ApplicationThrough(proxy.Port) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));

        proxy.Stall();
        var waiting = command.ExecuteScalarAsync();
        Assert.That(await Task.WhenAny(waiting, Task.Delay(200)), Is.Not.SameAs(waiting));
        proxy.Heal();
        Assert.That(await waiting, Is.EqualTo(1));

        proxy.Cut();
        Assert.That(async () => await command.ExecuteScalarAsync(), Throws.InstanceOf<NpgsqlException>());
        await using var refused = new NpgsqlConnection(database.ApplicationThrough(proxy.Port) + ";Pooling=false");
        Assert.That(async () => await refused.OpenAsync(), Throws.InstanceOf<NpgsqlException>());
        proxy.Heal();
        await refused.OpenAsync();
        Assert.That(proxy.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task Should_not_outlive_the_tests()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await server.AbandonAsync();
        Assert.That(Directory.Exists(Path.GetDirectoryName(server.CaFile)), Is.False);
    }
}
