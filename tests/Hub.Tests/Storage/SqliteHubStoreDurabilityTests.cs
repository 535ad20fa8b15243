using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>What the disk holds after crashes and damage, and what the store makes of it.</summary>
public sealed class SqliteHubStoreDurabilityTests
{
    private DataFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new DataFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Open_Again_KeepsEverything()
    {
        await using (var store = _folder.CreateStore())
        {
            await store.OpenAsync();
            await store.AddAsync(NewMessage("a"));
            await store.WriteAsync(t => t.AppendEntriesAsync([NewEntry(0, NewMessage("a").Key)]));
        }

        await using var reopened = _folder.CreateStore();
        await reopened.OpenAsync();
        await reopened.AddAsync(NewMessage("b"));
        Assert.That((await reopened.ReadOctetsAsync(NewMessage("a").Key))!.Value.ToArray(), Is.EqualTo(Octets("a")));
        Assert.That((await reopened.ReadOctetsAsync(NewMessage("b").Key))!.Value.ToArray(), Is.EqualTo(Octets("b")));
        Assert.That(await reopened.ListEntriesAsync(NewMessage("a").Key), Has.Count.EqualTo(1));
        Assert.That((await reopened.ReadStatisticsAsync()).Messages, Is.EqualTo(2));
    }

    [Test]
    public async Task Open_AfterACrashWithinAGroup_HasTheGroupsBeforeAndNothingOfIt()
    {
        await using var store = _folder.CreateStore(segmentBytes: 5_000);
        await store.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.AddAsync(NewMessage($"m{i}"));
            await using var transaction = await store.BeginAsync();
            await transaction.InsertMessageAsync(NewMessage($"lost{i}"), new byte[5_000_000], [NewDelivery(NewMessage($"lost{i}"))]);
            using var crashed = _folder.CopyAsCrashed();
            await using var survivor = crashed.CreateStore(segmentBytes: 5_000);
            await survivor.OpenAsync();
            for (var j = 0; j <= i; j++)
                Assert.That((await survivor.ReadOctetsAsync(NewMessage($"m{j}").Key))!.Value.ToArray(), Is.EqualTo(Octets($"m{j}")));
            Assert.That(await survivor.FindMessageAsync(NewMessage($"lost{i}").Key), Is.Null);
            Assert.That((await survivor.ReadStatisticsAsync()).Messages, Is.EqualTo(i + 1));
            await survivor.AddAsync(NewMessage("next"));
            Assert.That((await survivor.ReadOctetsAsync(NewMessage("next").Key))!.Value.ToArray(), Is.EqualTo(Octets("next")));
        }
    }

    [Test]
    public async Task Open_UnreferencedTail_IsCut([Values(1, 8, 50_000)] int tail)
    {
        await WriteAsync("a");
        var length = new FileInfo(_folder.SegmentPath(1)).Length;
        await using (var file = new FileStream(_folder.SegmentPath(1), FileMode.Append)) file.Write(new byte[tail]);
        await File.WriteAllBytesAsync(_folder.SegmentPath(2), new byte[100]);

        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        Assert.That(new FileInfo(_folder.SegmentPath(1)).Length, Is.EqualTo(length));
        Assert.That(File.Exists(_folder.SegmentPath(2)), Is.False);
        Assert.That((await store.ReadOctetsAsync(NewMessage("a").Key))!.Value.ToArray(), Is.EqualTo(Octets("a")));
    }

    [Test]
    public async Task Open_BodiesShorterThanTheRowsSay_IsRefused()
    {
        await WriteAsync("a");
        await using (var file = new FileStream(_folder.SegmentPath(1), FileMode.Open)) file.SetLength(file.Length - 1);
        await using var store = _folder.CreateStore();
        Assert.ThrowsAsync<InvalidDataException>(async () => await store.OpenAsync());
    }

    [Test]
    public async Task Open_BodiesWithoutTheirDatabase_IsRefused()
    {
        await WriteAsync("a");
        foreach (var file in Directory.GetFiles(_folder.Path, "hub.db*")) File.Delete(file);
        await File.WriteAllBytesAsync(_folder.SegmentPath(2), [1]);
        await using var store = _folder.CreateStore();
        Assert.ThrowsAsync<InvalidDataException>(async () => await store.OpenAsync());
        Assert.That(File.Exists(_folder.SegmentPath(1)));
    }

    [Test]
    public async Task Open_NewerSchema_IsRefused()
    {
        await WriteAsync("a");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "hub.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            command.ExecuteNonQuery();
        }

        await using var store = _folder.CreateStore();
        Assert.ThrowsAsync<InvalidDataException>(async () => await store.OpenAsync());
    }

    [Test]
    public async Task Open_FirstSchema_IsMigrated()
    {
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "hub.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = SqliteSchema.Version1 + "PRAGMA user_version = 1;";
            command.ExecuteNonQuery();
        }

        await WriteAsync("a");
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        var delivery = (await store.ListDeliveriesAsync(NewMessage("a").Key)).Single();
        Assert.That((delivery.Answers, delivery.Answer), Is.EqualTo((0, (MessageKey?)null)));
    }

    [Test]
    public async Task Open_Again_KeepsTheRegistryOfEveryTime()
    {
        var proposal = new ProposalRecord("01JAAAAAAAAAAAAAAAAAAAAAA1", "change", "pending", Start, "{}");
        await using (var store = _folder.CreateStore())
        {
            await store.OpenAsync();
            _folder.PutDocument(7, "hub: a");
            await store.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(8, Start, "hub", null, null, 0, [new RegistryObject("groups", "g", "{\"n\":8}")])));
            await store.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(9, Start, "hub", null, null, 1, [new RegistryObject("groups", "g", null)])));
            await store.WriteAsync(t => t.WriteProposalAsync(proposal));
        }

        await using var reopened = _folder.CreateStore();
        await reopened.OpenAsync();
        Assert.That((await reopened.ReadRegistryStateAsync(8))!.Objects, Is.EqualTo(new[] { new RegistryObject("groups", "g", "{\"n\":8}") }));
        Assert.That((await reopened.ReadRegistryStateAsync())!.Objects, Is.Empty);
        Assert.That(await reopened.ListRegistryVersionsAsync(0, 10), Has.Count.EqualTo(2));
        Assert.That(await reopened.FindProposalAsync(proposal.Id), Is.EqualTo(proposal));
        Assert.That(await reopened.ReadRegistryAsync(), Is.EqualTo((7L, "hub: a")));
    }

    [Test]
    public async Task Open_FolderHeldByAnother_IsRefused()
    {
        await using var first = _folder.CreateStore();
        await first.OpenAsync();
        await using var second = _folder.CreateStore();
        Assert.ThrowsAsync<IOException>(async () => await second.OpenAsync());
    }

    [Test]
    public async Task ReadOctets_AnyDamagedByte_IsAnError()
    {
        await WriteAsync("a");
        var bytes = await File.ReadAllBytesAsync(_folder.SegmentPath(1));
        Assert.That(bytes, Has.Length.EqualTo(Octets("a").Length + BodyRecord.Overhead));
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x40;
            await File.WriteAllBytesAsync(_folder.SegmentPath(1), damaged);
            var error = Assert.ThrowsAsync<ProblemException>(async () => await store.ReadOctetsAsync(NewMessage("a").Key), $"byte {i}");
            Assert.That(error!.Code, Is.EqualTo(ProblemCode.InternalError));
        }
    }

    [Test]
    public async Task ReadOctets_RecordsSwapped_IsAnError()
    {
        await WriteAsync("a", "b");
        var bytes = await File.ReadAllBytesAsync(_folder.SegmentPath(1));
        await File.WriteAllBytesAsync(_folder.SegmentPath(1), [.. bytes[(bytes.Length / 2)..], .. bytes[..(bytes.Length / 2)]]);
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        Assert.ThrowsAsync<ProblemException>(async () => await store.ReadOctetsAsync(NewMessage("a").Key));
    }

    [Test]
    public async Task ReadOctets_SegmentGone_IsAnError()
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        await store.AddAsync(NewMessage("a"));
        File.Delete(_folder.SegmentPath(1));
        Assert.ThrowsAsync<ProblemException>(async () => await store.ReadOctetsAsync(NewMessage("a").Key));
    }

    [Test]
    public async Task Segments_Full_RollToTheNext()
    {
        await using (var store = _folder.CreateStore(segmentBytes: 100))
        {
            await store.OpenAsync();
            for (var i = 0; i < 12; i++) await store.AddAsync(NewMessage($"m{i}"));
            await store.WriteAsync(async t =>
            {
                for (var i = 12; i < 24; i++) await t.InsertMessageAsync(NewMessage($"m{i}"), Octets($"m{i}"), []);
            });
        }

        Assert.That(Directory.GetFiles(_folder.BodiesPath, "*.seg"), Has.Length.GreaterThan(5));
        await using var reopened = _folder.CreateStore(segmentBytes: 100);
        await reopened.OpenAsync();
        for (var i = 0; i < 24; i++)
            Assert.That((await reopened.ReadOctetsAsync(NewMessage($"m{i}").Key))!.Value.ToArray(), Is.EqualTo(Octets($"m{i}")));
    }

    [Test]
    public async Task Files_HoldNoOctetsInClear()
    {
        await WriteAsync("a");
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
            Assert.That((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("the octets of"u8), Is.EqualTo(-1), file);
    }

    [Test]
    public async Task Erase_RemovesTheWrappedKeyFromEveryFile()
    {
        var key = NewMessage("secret").Key;
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        await store.AddAsync(NewMessage("secret") with { Subject = "không được giữ" });
        var wrapped = WrappedKey(key);
        Assert.That(FilesWith(wrapped), Is.Not.Empty);
        await store.WriteAsync(t => t.EraseAsync(key, Start));
        Assert.That(FilesWith(wrapped), Is.Empty);
        Assert.That(FilesWith(System.Text.Encoding.UTF8.GetBytes("không được giữ")), Is.Empty);
    }

    [Test]
    public async Task Erase_RemovesTheWordsOfItsDeliveriesFromEveryFile()
    {
        var message = NewMessage("secret");
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        await store.AddAsync(message, NewDelivery(message) with { State = DeliveryState.Acknowledged, Reason = "không phải ông A", LastDetail = "từ chối ông A" });
        Assert.That(FilesWith(System.Text.Encoding.UTF8.GetBytes("ông A")), Is.Not.Empty);
        await store.WriteAsync(t => t.EraseAsync(message.Key, Start));
        Assert.That(FilesWith(System.Text.Encoding.UTF8.GetBytes("ông A")), Is.Empty);
    }

    [Test]
    public async Task Open_SchemaOfVersion3_LearnsWhichUploadsItsMessagesName()
    {
        var (a, b) = (new string('a', 64), new string('b', 64));
        await using (var store = _folder.CreateStore())
        {
            await store.OpenAsync();
            await store.AddAsync(NewMessage("none"));
            await store.AddAsync(NewMessage("both") with { Uploads = [a, b] });
            await store.AddAsync(NewMessage("erased") with { Uploads = [b, new string('c', 64)] });
            await store.WriteAsync(t => t.EraseAsync(NewMessage("erased").Key, Start));
        }

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "hub.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                DROP TABLE message_upload; DROP INDEX message_reply; DROP TABLE registry_version; DROP TABLE registry_object; DROP TABLE proposal;
                DROP INDEX delivery_dead; DROP INDEX delivery_node; DROP INDEX delivery_lane; DROP INDEX delivery_behind;
                ALTER TABLE message DROP COLUMN waited_until; ALTER TABLE delivery DROP COLUMN since; ALTER TABLE delivery DROP COLUMN node; ALTER TABLE delivery DROP COLUMN lane;
                ALTER TABLE delivery DROP COLUMN lane_place; ALTER TABLE delivery DROP COLUMN holds_lane; ALTER TABLE delivery DROP COLUMN blocks;
                PRAGMA user_version = 3
                """;
            command.ExecuteNonQuery();
        }

        await using var migrated = _folder.CreateStore();
        await migrated.OpenAsync();
        Assert.That(await migrated.IsUploadNamedAsync(new UploadName(Sender, a)));
        Assert.That(await migrated.IsUploadNamedAsync(new UploadName(Sender, b)));
        Assert.That(await migrated.WriteAsync(t => t.ListErasedUploadsAsync(10)), Is.EqualTo(new[] { new UploadName(Sender, new string('c', 64)) }));
    }

    private async Task WriteAsync(params string[] ids)
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        foreach (var id in ids) await store.AddAsync(NewMessage(id));
    }

    private byte[] WrappedKey(MessageKey key)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "hub.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT body_key FROM message WHERE key = $key";
        command.Parameters.AddWithValue("$key", Convert.FromHexString(key.Value));
        return (byte[])command.ExecuteScalar()!;
    }

    private List<string> FilesWith(byte[] bytes)
    {
        var files = new List<string>();
        foreach (var file in Directory.GetFiles(_folder.Path, "hub.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            if (content.ToArray().AsSpan().IndexOf(bytes) >= 0) files.Add(file);
        }

        return files;
    }
}
