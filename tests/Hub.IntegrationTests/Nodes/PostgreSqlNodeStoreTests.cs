using Hub.Adapters.Stores.PostgreSql;
using Hub.IntegrationTests.Postgres;
using Hub.Tests.Nodes;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.IntegrationTests.Nodes;

public sealed class PostgreSqlNodeStoreTests : NodeStoreContract
{
    private readonly List<PostgreSqlHubStore> _stores = [];
    private PostgresDatabase _database = null!;

    /// <summary>Long enough that a machine that is busy does what comes before its end in time.</summary>
    protected override TimeSpan BriefLease => TimeSpan.FromSeconds(3);

    protected override async ValueTask NewHubAsync() => _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    protected override async ValueTask<Member> NewMemberAsync()
    {
        var store = new PostgreSqlHubStore(
            new PostgreSqlSettings { ConnectionString = _database.Application }, DataFolder.Keys, TimeProvider.System, NullLogger<PostgreSqlHubStore>.Instance);
        lock (_stores) _stores.Add(store);
        await store.OpenAsync();
        return new Member(store, store);
    }

    protected override async ValueTask PassBriefLeaseAsync() => await _database.ExecuteAsync("SELECT pg_sleep(3.01)");

    [TearDown]
    public async Task DropAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        _stores.Clear();
        await _database.DropAsync();
    }

    [Test]
    public async Task Join_AgainAndAgain_UsesUpNoNumbers()
    {
        var (first, second) = (await NewMemberAsync(), await NewMemberAsync());
        for (var i = 0; i < 3; i++) await first.Nodes.JoinAsync(new Core.Storage.NodeCard("a", null, "1"), TimeSpan.FromMinutes(1));
        Assert.That((await second.Nodes.JoinAsync(new Core.Storage.NodeCard("b", null, "1"), TimeSpan.FromMinutes(1))).Number, Is.EqualTo(2));
    }

    [Test]
    public async Task MakeRoom_AsTheApplication_MakesWhatIsMissing()
    {
        var member = await NewMemberAsync();
        Assert.That(await member.Store.MakeRoomAsync(), Is.Zero);
        await _database.ExecuteAsync("""
            DO $$ BEGIN EXECUTE format('DROP TABLE message_%1$s, body_%1$s', to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + interval '3 months', 'YYYYMM')); END $$
            """);
        Assert.That(await member.Store.MakeRoomAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task ReleaseClaims_OfANodeThatHasJoinedAgain_LeavesThem()
    {
        var (returned, other) = (await NewMemberAsync(), await NewMemberAsync());
        var number = (await returned.Nodes.JoinAsync(new Core.Storage.NodeCard("a", null, "1"), TimeSpan.FromMinutes(1))).Number;
        await other.Nodes.JoinAsync(new Core.Storage.NodeCard("b", null, "1"), TimeSpan.FromMinutes(1));
        await returned.Store.AddAsync(StoreSamples.NewMessage("m"));
        await returned.Store.WriteAsync(t => t.ClaimAsync(StoreSamples.Receiver, StoreSamples.Start, StoreSamples.Start.AddMinutes(1), 1, node: number));

        Assert.That(await other.Store.WriteAsync(t => t.ReleaseClaimsAsync(number, StoreSamples.Start, 10)), Is.Empty);
        await returned.Nodes.LeaveAsync();
        Assert.That(await other.Store.WriteAsync(t => t.ReleaseClaimsAsync(number, StoreSamples.Start, 10)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Seat_TellsWhoWroteToTheLogLast()
    {
        var member = await NewMemberAsync();
        Assert.That(await member.Nodes.ReadSeatAsync(), Is.EqualTo(new Core.Storage.LogSeat(0, null, 0)));
    }

    [Test]
    public async Task Beat_ConnectionEnded_NextOneOpensAnother()
    {
        var member = await NewMemberAsync();
        await member.Nodes.JoinAsync(new Core.Storage.NodeCard("a", null, "1"), TimeSpan.FromMinutes(1));
        await _database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        Assert.That(async () => await member.Nodes.BeatAsync([], TimeSpan.FromMinutes(1)), Throws.InstanceOf<Contracts.Problems.ProblemException>());
        Assert.That(await member.Nodes.BeatAsync([], TimeSpan.FromMinutes(1)), Is.Not.Null);
    }

    [Test]
    public async Task Take_WhileTheHoldersCommitIsUnderWay_LeavesItForLater()
    {
        var (first, second) = (await NewMemberAsync(), await NewMemberAsync());
        await first.Nodes.JoinAsync(new Core.Storage.NodeCard("a", null, "1"), TimeSpan.FromMinutes(1));
        await second.Nodes.JoinAsync(new Core.Storage.NodeCard("b", null, "1"), TimeSpan.FromMinutes(1));
        await first.Nodes.BeatAsync(["takeover"], BriefLease);
        await using var committing = new Npgsql.NpgsqlConnection(_database.Application);
        await committing.OpenAsync();
        await using (var transaction = await committing.BeginTransactionAsync())
        {
            await using var require = new Npgsql.NpgsqlCommand("SELECT hub_require_duty('takeover', 1, 1)", committing);
            await require.ExecuteNonQueryAsync();
            await PassBriefLeaseAsync();
            Assert.That((await second.Nodes.BeatAsync(["takeover"], TimeSpan.FromMinutes(1)))!.Duties, Is.Empty);
            await transaction.CommitAsync();
        }

        Assert.That((await second.Nodes.BeatAsync(["takeover"], TimeSpan.FromMinutes(1)))!.Duties["takeover"], Is.EqualTo(2));
    }
}
