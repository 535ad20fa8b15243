using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Uploads;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Postgres;

public sealed class PostgreSqlUploadStoreTests : UploadStoreContract
{
    private PostgresDatabase _database = null!;
    private PostgreSqlUploadStore _store = null!;

    [OneTimeSetUp]
    public async Task NewDatabase() => _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    [OneTimeTearDown]
    public Task DropDatabase() => _database.DropAsync();

    protected override IUploadStore Create() => _store = Open();

    [TearDown]
    public async Task Empty()
    {
        await _store.DisposeAsync();
        await _database.ExecuteAsync("TRUNCATE upload, upload_chunk");
    }

    [Test]
    public async Task Append_OnAnotherNode_GoesOnAndCompletes()
    {
        var content = Content(700_001);
        var digest = DigestOf(content);
        await using var other = Open();
        await Uploads.BeginAsync(Sender, digest, content.Length);
        await AppendAsync(digest, 0, content[..300_000]);
        await other.AppendAsync(Sender, digest, 300_000, new MemoryStream(content[300_000..500_000]));
        await AppendAsync(digest, 500_000, content[500_000..600_000]);
        Assert.That((await other.AppendAsync(Sender, digest, 600_000, new MemoryStream(content[600_000..]))).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Append_FromTwoNodesAtOnce_OneWinsAndNothingIsMixed([Range(1, 5)] int round)
    {
        var content = Content(900_000 + round);
        var digest = DigestOf(content);
        await using var other = Open();
        await Uploads.BeginAsync(Sender, digest, content.Length);
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            try
            {
                await (n % 2 == 0 ? _store : other).AppendAsync(Sender, digest, 0, new MemoryStream(content[..800_000]));
                return null;
            }
            catch (ProblemException refused)
            {
                return refused.Code.Code;
            }
        })));
        Assert.That(ended, Is.EquivalentTo(new[] { null, ProblemCode.InvalidRequest.Code, ProblemCode.InvalidRequest.Code, ProblemCode.InvalidRequest.Code }));
        Assert.That((await other.AppendAsync(Sender, digest, 800_000, new MemoryStream(content[800_000..]))).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Chunks_AreSealed_AndBoundToTheirPlace()
    {
        var content = Enumerable.Repeat("mật khẩu"u8.ToArray(), 60_000).SelectMany(static b => b).ToArray();
        await CompleteAsync(Sender, content);
        Assert.That(await _database.ReadAsync<long>("SELECT count(*) FROM upload_chunk WHERE position('mật khẩu'::bytea IN octets) > 0"), Is.Zero);
        await _database.ExecuteAsync("UPDATE upload_chunk SET place = 9 WHERE place = 0; UPDATE upload_chunk SET place = 0 WHERE place = 1; UPDATE upload_chunk SET place = 1 WHERE place = 9");
        AssertRefused(ProblemCode.InternalError, () => ReadAsync(DigestOf(content)));
    }

    [Test]
    public async Task Delete_LeavesNoChunkAndNoKey()
    {
        await Uploads.DeleteAsync(await CompleteAsync(Sender, Content(600_000)));
        Assert.That(await _database.ReadAsync<long>("SELECT (SELECT count(*) FROM upload) + (SELECT count(*) FROM upload_chunk)"), Is.Zero);
    }

    [Test]
    public async Task Begin_WhenOldOnesWereAbandoned_MakesRoom()
    {
        for (var i = 0; i < 32; i++) await Uploads.BeginAsync(Sender, DigestOf([(byte)i]), 1);
        await _database.ExecuteAsync("UPDATE upload SET touched = touched - interval '2 days' WHERE num IN (SELECT num FROM upload LIMIT 3)");
        Assert.That((await Uploads.BeginAsync(Sender, DigestOf([99]), 1)).Offset, Is.Zero);
    }

    [Test]
    public async Task Begin_ManyAtOnceFromTwoNodes_KeepsTheOwnersLimit()
    {
        await using var other = Open();
        var begun = await Task.WhenAll(Enumerable.Range(0, 48).Select(async i =>
        {
            try
            {
                await (i % 2 == 0 ? _store : other).BeginAsync(Sender, DigestOf([(byte)i]), 1);
                return true;
            }
            catch (ProblemException refused) when (refused.Code == ProblemCode.RateLimited)
            {
                return false;
            }
        }));
        Assert.That(begun.Count(static b => b), Is.EqualTo(32));
    }

    [Test]
    public async Task Begin_BeyondTheAllowedBytes_IsRefusedUntilAMessageNamesSome()
    {
        await using var store = Open(new UploadAllowance(Bytes: 1_000));
        var done = await CompleteAsync(Sender, Content(400));
        await store.BeginAsync(Sender, DigestOf([1]), 500);
        AssertRefused(ProblemCode.RateLimited, async () => await store.BeginAsync(Sender, DigestOf([2]), 101));
        store.Keep(Sender, [done.Sha256]);
        Assert.That((await store.BeginAsync(Sender, DigestOf([2]), 101)).Offset, Is.Zero);
    }

    [Test]
    public async Task DropAbandoned_DeletesUnfinishedOnesUntouchedForADay()
    {
        await Uploads.BeginAsync(Sender, DigestOf([1]), 2);
        await AppendAsync(DigestOf([1]), 0, [1]);
        await _database.ExecuteAsync("UPDATE upload SET touched = touched - interval '25 hours'");
        await Uploads.BeginAsync(Sender, DigestOf([2]), 1);
        await Uploads.DropAbandonedAsync();
        Assert.That(await Uploads.FindAsync(Sender, DigestOf([1])), Is.Null);
        Assert.That(await Uploads.FindAsync(Sender, DigestOf([2])), Is.Not.Null);
        Assert.That(await _database.ReadAsync<long>("SELECT count(*) FROM upload_chunk"), Is.Zero);
    }

    [Test]
    public async Task Append_DatabaseCutOff_IsUnavailableAndGoesOnLater()
    {
        var (content, server) = (Content(600_000), await PostgresServer.SharedAsync());
        var digest = DigestOf(content);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var store = new PostgreSqlUploadStore(new PostgreSqlSettings { ConnectionString = _database.ApplicationThrough(proxy.Port) }, DataFolder.Keys, TimeProvider.System);
        await store.BeginAsync(Sender, digest, content.Length);
        await store.AppendAsync(Sender, digest, 0, new MemoryStream(content[..300_000]));
        proxy.Cut();
        AssertRefused(ProblemCode.Unavailable, async () => await store.AppendAsync(Sender, digest, 300_000, new MemoryStream(content[300_000..])));
        proxy.Heal();
        Assert.That((await store.AppendAsync(Sender, digest, 300_000, new MemoryStream(content[300_000..]))).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    private PostgreSqlUploadStore Open(UploadAllowance? allowance = null) =>
        new(new PostgreSqlSettings { ConnectionString = _database.Application }, DataFolder.Keys, TimeProvider.System) { Allowance = allowance ?? new() };
}
