using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class When_an_older_copy_is_restored
{
    private DataFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new DataFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Should_refuse_to_start_and_leave_the_bodies()
    {
        await WriteAsync(1, "a");
        var older = await File.ReadAllBytesAsync(DatabasePath);
        await WriteAsync(2, "b");
        var length = new FileInfo(_folder.SegmentPath(1)).Length;
        await File.WriteAllBytesAsync(DatabasePath, older);
        await AssertRefusedAsync();
        await AssertRefusedAsync();
        Assert.That(new FileInfo(_folder.SegmentPath(1)).Length, Is.EqualTo(length));
    }

    [Test]
    public async Task Should_refuse_to_start_without_the_database()
    {
        await WriteAsync(1);
        File.Delete(DatabasePath);
        await AssertRefusedAsync();
        Assert.That(File.Exists(DatabasePath), Is.False);
    }

    [Test]
    public async Task Should_refuse_another_log_of_the_same_size()
    {
        await WriteAsync(1);
        var older = await File.ReadAllBytesAsync(DatabasePath);
        await WriteAsync(2, note: "one history");
        var head = await File.ReadAllBytesAsync(HeadPath);
        await File.WriteAllBytesAsync(DatabasePath, older);
        File.Delete(HeadPath);
        await WriteAsync(2, note: "another");
        await File.WriteAllBytesAsync(HeadPath, head);
        await AssertRefusedAsync();
    }

    [Test]
    public async Task Should_start_on_the_newest_copy_and_on_a_head_of_a_moment_ago()
    {
        await WriteAsync(1);
        var head = await File.ReadAllBytesAsync(HeadPath);
        await WriteAsync(2);
        await File.WriteAllBytesAsync(HeadPath, head);
        await WriteAsync(3);
        Assert.That((await File.ReadAllTextAsync(HeadPath)).StartsWith("3\n", StringComparison.Ordinal));
    }

    [Test]
    public async Task Should_refuse_a_tail_that_no_crash_can_leave()
    {
        await WriteAsync(1, "a");
        var length = 600L << 20;
        await using (var sparse = new FileStream(_folder.SegmentPath(1), FileMode.Open)) sparse.SetLength(length);
        await AssertRefusedAsync();
        Assert.That(new FileInfo(_folder.SegmentPath(1)).Length, Is.EqualTo(length));
    }

    private string DatabasePath => Path.Combine(_folder.Path, "hub.db");

    private string HeadPath => Path.Combine(_folder.Path, "log.head");

    private async Task AssertRefusedAsync()
    {
        await using var store = _folder.CreateStore();
        Assert.ThrowsAsync<InvalidDataException>(async () => await store.OpenAsync());
    }

    private async Task WriteAsync(long size, string? message = null, string note = "note")
    {
        await using var store = _folder.CreateStore();
        await store.OpenAsync();
        if (message is not null) await store.AddAsync(NewMessage(message));
        await store.WriteAsync(t => t.WriteCheckpointAsync(size, note));
    }
}
