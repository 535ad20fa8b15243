using System.Data.Common;
using System.Text.Json;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Adapters.Stores.Relational;
using Hub.Core.Delivery;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

/// <summary>What an ordered conversation costs PostgreSQL does not grow with how many wait in it. Counted, not timed: pages that each
/// statement touches.</summary>
public sealed class PostgreSqlLanesTests
{
    private const int Waiting = 5_000;
    private const int Few = 100;
    private static readonly WriteSql Texts = PostgreSqlWriteSql.Texts;
    private static readonly string Recipient = $"'{Receiver}'";
    private const string Now = "'2026-01-02T03:05:00Z'";
    private PostgreSqlStores _stores = null!;
    private PostgreSqlHubStore _store = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _stores = PostgreSqlStores.New();
        _store = _stores.CreateStore();
        await _store.OpenAsync();
        for (var from = 0; from < Waiting; from += 1000)
        {
            await _store.WriteAsync(async transaction =>
            {
                for (var i = from; i < from + 1000; i++)
                {
                    var message = NewMessage($"m{i}");
                    await transaction.InsertMessageAsync(message, default, [NewDelivery(message) with { Lane = "long" }, NewDelivery(message, Other)]);
                }
            });
        }
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await _store.DisposeAsync();
        _stores.Dispose();
    }

    [Test]
    public async Task Claim_BehindOne_TouchesOnlyTheFront([Values] bool analyzed)
    {
        await using var connection = await OpenAsync(analyzed);
        Assert.That(await ClaimAsync(Recipient, 10), Is.EqualTo(1));
        Assert.That(await ClaimAsync(Recipient, 10), Is.Zero);
        Assert.That(await PagesAsync(connection, Texts.Promote, "text, timestamptz, integer", $"{Recipient}, {Now}, 10"), Is.LessThan(Few));
        Assert.That(await PagesAsync(connection, Texts.RecipientsDue, "text, text, timestamptz, integer", $"'', NULL, {Now}, 10"), Is.LessThan(Few));
        Assert.That(await PagesAsync(connection, Texts.FrontsOfLanes, "text, text, integer", "'', '', 100"), Is.LessThan(Few));

        async Task<int> ClaimAsync(string recipient, int limit)
        {
            var before = await ClaimedAsync();
            Assert.That(await PagesOfClaimAsync(connection, recipient, limit), Is.LessThan(Few));
            return await ClaimedAsync() - before;
        }

        async Task<int> ClaimedAsync()
        {
            await using var count = connection.CreateCommand();
            count.CommandText = $"SELECT count(*)::int FROM delivery WHERE state = 1 AND recipient = {Recipient}";
            return (int)(await count.ExecuteScalarAsync())!;
        }
    }

    [Test]
    public async Task Settle_AfterTheFrontEnded_TouchesOnlyTheNext([Values] bool analyzed)
    {
        await using var connection = await OpenAsync(analyzed);
        await ExecuteAsync(connection, "UPDATE delivery SET state = 2, ready = NULL, blocks = false WHERE lane IS NOT NULL AND NOT behind");
        Assert.That(await PagesAsync(connection, Texts.SettleLanes, "integer[], text[], text[]", $"'{{0}}', ARRAY[{Recipient}], ARRAY['long']"), Is.LessThan(Few));
        await using var fronts = connection.CreateCommand();
        fronts.CommandText = "SELECT count(*) FROM delivery WHERE lane IS NOT NULL AND blocks AND NOT behind";
        Assert.That(await fronts.ExecuteScalarAsync(), Is.EqualTo(1));
        Assert.That(await PagesOfClaimAsync(connection, Recipient, 10), Is.LessThan(Few));
    }

    [Test]
    public async Task Claim_OfManyUnordered_TouchesThemAll()
    {
        await using var connection = await OpenAsync(analyzed: true);
        Assert.That(await PagesOfClaimAsync(connection, $"'{Other}'", 1000), Is.GreaterThan(10 * Few), "the counter counts");
    }

    private static Task<long> PagesOfClaimAsync(DbConnection connection, string recipient, int limit) => PagesAsync(
        connection, Texts.Claim, "text, timestamptz, timestamptz, integer, boolean, integer, integer, integer, integer, integer, integer", $"{recipient}, {Now}, '2026-01-02T04:00:00Z', NULL, false, {limit}, {Shares(limit)}");

    /// <summary>What each rank may take, the most urgent first.</summary>
    private static string Shares(int limit) => string.Join(", ", Enumerable.Range(1, PriorityTurns.Priorities).Select(rank => PriorityTurns.ShareOf(PriorityTurns.Priorities - rank, 0, limit)));

    /// <summary>A session as the writer has it, inside a transaction that ends with it.</summary>
    private async Task<DbConnection> OpenAsync(bool analyzed)
    {
        var connection = await _store.Dialect.OpenWriterAsync(CancellationToken.None);
        await ExecuteAsync(connection, "BEGIN");
        if (analyzed) await _stores.Database.ExecuteAsync("ANALYZE delivery");
        return connection;
    }

    private static async Task<long> PagesAsync(DbConnection connection, string text, string types, string values)
    {
        // A name of its own: the driver, too, keeps what it has prepared on the connection.
        var name = $"counted_{Guid.NewGuid():N}";
        await ExecuteAsync(connection, $"PREPARE {name} ({types}) AS {text}");
        await using var explain = connection.CreateCommand();
        explain.CommandText = $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name} ({values})";
        using var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync())!);
        var top = plan.RootElement[0].GetProperty("Plan");
        return top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64();
    }

    private static async Task ExecuteAsync(DbConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }
}
