using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Problems;
using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Storage;

[TestFixture]
public sealed class PostgreSqlOnceStoreTests
{
    private PostgresDatabase _database = null!;

    [OneTimeSetUp]
    public async Task NewDatabase() => _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    [OneTimeTearDown]
    public Task DropDatabase() => _database.DropAsync();

    [Test]
    public async Task TryUse_FromManyPlacesAtOnce_WorksOnce()
    {
        await using PostgreSqlOnceStore one = New(), two = New();
        var until = DateTimeOffset.UtcNow.AddMinutes(5);
        var used = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).TryUseAsync("at once", until).AsTask()));
        Assert.That(used.Count(static isNew => isNew), Is.EqualTo(1));
        Assert.That(await two.TryUseAsync("another", until));
    }

    [Test]
    public async Task Sweep_ForgetsOnlyWhatIsOver()
    {
        await using var store = New();
        await store.TryUseAsync("over", DateTimeOffset.UtcNow.AddMinutes(-2));
        await store.TryUseAsync("just over", DateTimeOffset.UtcNow.AddSeconds(-5));
        Assert.That(await store.SweepAsync(), Is.EqualTo(1));
        Assert.That(await store.TryUseAsync("just over", DateTimeOffset.UtcNow), Is.False);
    }

    [Test]
    public async Task TryUse_DatabaseAway_IsUnavailable()
    {
        await using var store = new PostgreSqlOnceStore(new PostgreSqlSettings { ConnectionString = "Host=127.0.0.1;Port=1;Database=x;Username=x" }, TimeProvider.System);
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await store.TryUseAsync("x", DateTimeOffset.UtcNow))!.Code, Is.SameAs(ProblemCode.Unavailable));
    }

    private PostgreSqlOnceStore New() => new(new PostgreSqlSettings { ConnectionString = _database.Application }, TimeProvider.System);
}
