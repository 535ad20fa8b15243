using Hub.Core.Storage;
using Hub.IntegrationTests.Postgres;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

/// <summary>What is on the primary alone is lost when the standby is promoted: it is neither answered nor shown.</summary>
public sealed class When_the_synchronous_standby_is_away
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Should_neither_answer_a_commit_nor_show_what_is_in_it()
    {
        await using var server = await PostgresServer.StartNewAsync();
        using var stores = new PostgreSqlStores(await server.NewDatabaseAsync());
        await using var store = stores.CreateStore();
        await store.OpenAsync();
        await store.AddAsync(NewMessage("before"));
        await server.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'away'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await server.WaitAsync("SELECT current_setting('synchronous_standby_names') = 'away'");

        Assert.That(async () => await store.AddAsync(NewMessage("m")), Throws.TypeOf<StoreFailedException>());
        await using var other = stores.CreateStore();
        await other.OpenAsync();
        Assert.That(await other.FindMessageAsync(NewMessage("m").Key), Is.Null, "who sends it again would be given a receipt");

        await server.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await server.WaitAsync($"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')");
        Assert.That(await other.FindMessageAsync(NewMessage("m").Key), Is.Not.Null, "the commit ends when the standby is back");
    }
}
