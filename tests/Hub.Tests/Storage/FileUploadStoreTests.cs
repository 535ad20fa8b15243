using Hub.Adapters.Stores.Files;
using Hub.Contracts.Problems;
using Hub.Core;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Uploads;
using Hub.Tests.Pressure;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public sealed class FileUploadStoreTests : UploadStoreContract
{
    private DataFolder _folder = null!;
    private readonly FixedDisk _disk = new();
    private FileUploadStore _store = null!;

    protected override IUploadStore Create()
    {
        _folder = new DataFolder();
        _disk.Space = FixedDisk.Roomy;
        return _store = Open(_folder.Path);
    }

    [TearDown]
    public void DeleteFolder()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Files_AreEncrypted_AndTheOwnersOnly()
    {
        var content = Enumerable.Repeat("mật khẩu"u8.ToArray(), 20_000).SelectMany(b => b).ToArray();
        await Uploads.BeginAsync(Sender, DigestOf(content), content.Length);
        await AppendAsync(DigestOf(content), 0, content);
        var file = OnlyFile();
        Assert.That(File.ReadAllBytes(file).AsSpan().IndexOf("mật khẩu"u8), Is.EqualTo(-1));
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [TestCase(0, 200_000)]
    [TestCase(1, 196_608)]
    [TestCase(70_000, 65_536)]
    [TestCase(999_999, 0)]
    public async Task Find_AfterACrashCutTheTail_StandsAtTheLastWholeChunk(int cut, int expected)
    {
        var content = Content(300_000);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        await AppendAsync(digest, 0, content[..200_000]);
        _store.Dispose();
        var part = OnlyFile();
        using (var file = new FileStream(part, FileMode.Open)) file.SetLength(Math.Max(72, file.Length - cut));

        using var reopened = Open(_folder.Path);
        Assert.That((await reopened.FindAsync(Sender, digest))!.Offset, Is.EqualTo(expected));
        Assert.That((await reopened.AppendAsync(Sender, digest, expected, new MemoryStream(content[expected..]))).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Find_AfterACrashDamagedAChunk_StandsBeforeIt()
    {
        var content = Content(300_000);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        await AppendAsync(digest, 0, content[..200_000]);
        _store.Dispose();
        FlipByte(OnlyFile(), 72 + 65_564 + 500);
        using var reopened = Open(_folder.Path);
        Assert.That((await reopened.FindAsync(Sender, digest))!.Offset, Is.EqualTo(65_536));
        Assert.That((await reopened.AppendAsync(Sender, digest, 65_536, new MemoryStream(content[65_536..]))).Complete);
    }

    [TestCase(10)]
    [TestCase(100_000)]
    public async Task OpenRead_DamagedByte_IsAnError(int offset)
    {
        var content = Content(150_000);
        await Uploads.BeginAsync(Sender, DigestOf(content), content.Length);
        await AppendAsync(DigestOf(content), 0, content);
        FlipByte(OnlyFile(), offset);
        AssertRefused(ProblemCode.InternalError, () => ReadAsync(DigestOf(content)));
    }

    [Test]
    public async Task OpenRead_ChunksSwapped_IsAnError()
    {
        var content = Content(131_072);
        await Uploads.BeginAsync(Sender, DigestOf(content), content.Length);
        await AppendAsync(DigestOf(content), 0, content);
        var bytes = File.ReadAllBytes(OnlyFile());
        File.WriteAllBytes(OnlyFile(), [.. bytes[..72], .. bytes[(72 + 65_564)..], .. bytes[72..(72 + 65_564)]]);
        AssertRefused(ProblemCode.InternalError, () => ReadAsync(DigestOf(content)));
    }

    [Test]
    public async Task Begin_WhenOldOnesWereAbandoned_MakesRoom()
    {
        for (var i = 0; i < 32; i++) await Uploads.BeginAsync(Sender, DigestOf([(byte)i]), 1);
        foreach (var part in Directory.GetFiles(Path.Combine(_folder.Path, "uploads"), "*", SearchOption.AllDirectories).Take(3))
            File.SetLastWriteTimeUtc(part, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        Assert.That((await Uploads.BeginAsync(Sender, DigestOf([99]), 1)).Offset, Is.Zero);
    }

    [Test]
    public async Task Begin_BeyondTheAllowedBytes_IsRefusedUntilAMessageNamesSome()
    {
        using var store = Open(_folder.Path, new UploadAllowance(Bytes: 1_000));
        var done = await CompleteAsync(Sender, Content(400));
        await store.BeginAsync(Sender, DigestOf([1]), 500);
        Assert.That((await store.BeginAsync(Other, DigestOf([2]), 1_000)).Complete, Is.False, "another owner's allowance is its own");
        AssertRefused(ProblemCode.RateLimited, async () => await store.BeginAsync(Sender, DigestOf([2]), 101));
        Assert.That((await store.BeginAsync(Sender, DigestOf([1]), 500)).Offset, Is.Zero, "what was begun goes on");
        store.Keep(Sender, [done.Sha256]);
        Assert.That((await store.BeginAsync(Sender, DigestOf([2]), 101)).Offset, Is.Zero);
    }

    [Test]
    public async Task Begin_BeyondTheAllowedFiles_IsRefusedUntilOneIsDeleted()
    {
        using var store = Open(_folder.Path, new UploadAllowance(Files: 3));
        var first = await CompleteAsync(Sender, Content(1));
        for (var size = 2; size < 4; size++) await CompleteAsync(Sender, Content(size));
        AssertRefused(ProblemCode.RateLimited, async () => await store.BeginAsync(Sender, DigestOf([9]), 1));
        await store.DeleteAsync(first);
        Assert.That((await store.BeginAsync(Sender, DigestOf([9]), 1)).Offset, Is.Zero);
    }

    [Test]
    public void Begin_DiskBelowItsWatermark_IsUnavailable()
    {
        _disk.Space = FixedDisk.Full;
        AssertRefused(ProblemCode.Unavailable, async () => await Uploads.BeginAsync(Sender, DigestOf([1]), 1));
    }

    [Test]
    public async Task Append_DiskFallsBelowItsWatermark_IsUnavailableAndGoesOnLater()
    {
        var (clock, content) = (new Hub.Tests.Time.ManualClock(), Content(200_000));
        var digest = DigestOf(content);
        using var store = new FileUploadStore(new HubSettings { DataDirectory = _folder.Path }, DataFolder.Keys, new DiskGuard(_disk, clock), TimeProvider.System);
        await store.BeginAsync(Sender, digest, content.Length);
        var filling = new FillingStream(content, 100_000, () =>
        {
            _disk.Space = FixedDisk.Full;
            clock.Advance(TimeSpan.FromSeconds(1));
        });
        AssertRefused(ProblemCode.Unavailable, async () => await store.AppendAsync(Sender, digest, 0, filling));
        AssertRefused(ProblemCode.Unavailable, async () => await store.AppendAsync(Sender, digest, (await store.FindAsync(Sender, digest))!.Offset, new MemoryStream([1])));
        _disk.Space = FixedDisk.Roomy;
        clock.Advance(TimeSpan.FromSeconds(1));
        var offset = (int)(await store.FindAsync(Sender, digest))!.Offset;
        Assert.That(offset, Is.EqualTo(105_536), "what had arrived is there");
        Assert.That((await store.AppendAsync(Sender, digest, offset, new MemoryStream(content[offset..]))).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Delete_LeavesNoFile_AndOverwritesTheKeyForThoseWhoHoldItOpen()
    {
        var upload = await CompleteAsync(Sender, Content(1_000));
        using var held = new FileStream(OnlyFile(), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await Uploads.DeleteAsync(upload);
        Assert.That(Directory.GetFiles(Path.Combine(_folder.Path, "uploads"), "*", SearchOption.AllDirectories), Is.Empty);
        var header = new byte[72];
        held.ReadExactly(header);
        Assert.That(header, Is.All.Zero);
    }

    [Test]
    public async Task DropAbandoned_DeletesUnfinishedOnesUntouchedForADay()
    {
        await Uploads.BeginAsync(Sender, DigestOf([1]), 1);
        File.SetLastWriteTimeUtc(OnlyFile(), TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-25));
        await Uploads.BeginAsync(Sender, DigestOf([2]), 1);
        await Uploads.DropAbandonedAsync();
        Assert.That(await Uploads.FindAsync(Sender, DigestOf([1])), Is.Null);
        Assert.That(await Uploads.FindAsync(Sender, DigestOf([2])), Is.Not.Null);
    }

    /// <summary>Does something once a number of bytes were read.</summary>
    private sealed class FillingStream(byte[] content, int after, Action full) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= after) full();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10_000)], cancellationToken);
        }
    }

    private FileUploadStore Open(string folder, UploadAllowance? allowance = null) =>
        new(new HubSettings { DataDirectory = folder }, DataFolder.Keys, new DiskGuard(_disk, TimeProvider.System), TimeProvider.System) { Allowance = allowance ?? new() };

    /// <summary>The only file with content.</summary>
    private string OnlyFile() => Directory.GetFiles(Path.Combine(_folder.Path, "uploads"), "*", SearchOption.AllDirectories).Single(f => !f.EndsWith(".unnamed", StringComparison.Ordinal));

    private static void FlipByte(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 1));
    }
}
