using Hub.Adapters.Stores.PostgreSql;
using Hub.Core.Storage;
using Hub.IntegrationTests.Postgres;
using Hub.Tests.Storage;
using Npgsql;

namespace Hub.IntegrationTests.Storage;

public sealed class PostgreSqlSharedStoreTests : SharedStoreContract
{
    private PostgreSqlStores? _stores;

    [TestCase("UPDATE entry SET header = header")]
    [TestCase("DELETE FROM entry")]
    [TestCase("UPDATE checkpoint SET note = note")]
    [TestCase("DELETE FROM checkpoint")]
    [TestCase("DELETE FROM tile")]
    [TestCase("DELETE FROM message_key")]
    [TestCase("DELETE FROM message")]
    [TestCase("DELETE FROM message_rest")]
    [TestCase("UPDATE message_rest SET entry = 0")]
    [TestCase("TRUNCATE entry")]
    [TestCase("UPDATE schema SET version = 9")]
    [TestCase("CREATE TABLE other (n int)")]
    [TestCase("ALTER TABLE message ADD COLUMN n int")]
    public void ApplicationRole_MayNotRewriteTheLogOrTheSchema(string sql) => Assert.That(
        async () => await PostgresServer.ExecuteAsync(_stores!.Database.Application, sql),
        Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));

    [Test]
    public async Task Commit_ServerDoesNotWaitForItsDisk_WaitsAllTheSame()
    {
        await _stores!.Database.ExecuteAsync($"ALTER DATABASE {_stores.Database.Name} SET synchronous_commit = off");
        await using var store = _stores.CreateStore();
        await store.OpenAsync();
        await store.AddAsync(StoreSamples.NewMessage("m"));
        await using var writer = await store.Dialect.OpenWriterAsync(default);
        await using var asked = writer.CreateCommand();
        asked.CommandText = "SHOW synchronous_commit";
        Assert.That(await asked.ExecuteScalarAsync(), Is.EqualTo("on"));
    }

    [Test]
    public async Task AppStateAndProposals_KeysThatAreNoText_SpoilNoGroup()
    {
        await A.WriteAsync(async transaction =>
        {
            Assert.That(await transaction.FindProposalAsync("P\0"), Is.Null);
            await transaction.WriteAppStateAsync(StoreSamples.Receiver, "k\0", new byte[] { 1 });
            await transaction.WriteAppStateAsync(StoreSamples.Receiver, "k\uD800", new byte[] { 2 });
        });
        Assert.That((await B.ReadAppStateAsync(StoreSamples.Receiver, "k\0"))!.Value.ToArray(), Is.EqualTo(new byte[] { 2 }));
    }

    private protected override IHubStore Create() => (_stores ??= PostgreSqlStores.New()).CreateStore();

    private protected override async Task JoinAsync(IHubStore store, string name, TimeSpan lease)
    {
        var (node, incarnation) = await _stores!.JoinAsync(name, lease);
        ((PostgreSqlHubStore)store).Node = node;
        ((PostgreSqlHubStore)store).Incarnation = incarnation;
    }

    private protected override Task StrandAsync() => _stores!.Database.ExecuteAsync("UPDATE delivery SET behind = true");

    private protected override Task<bool> IsWaitingAsync() => _stores!.Database.ReadAsync<bool>(
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))");

    [TearDown]
    public void DropDatabase()
    {
        _stores?.Dispose();
        _stores = null;
    }
}
