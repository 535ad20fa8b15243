using System.Security.Cryptography;
using Hub.Adapters.Stores.Files;
using Hub.Core;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Uploads;
using Hub.Tests.Pressure;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Storage.StoreSamples;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Uploads;

/// <summary>Which uploads the sweep deletes, over the real store, committer and files.</summary>
public sealed class UploadSweepTests
{
    private readonly ManualClock _clock = new();
    private DataFolder _folder = null!;
    private IHubStore _store = null!;
    private GroupCommitter _committer = null!;
    private FileUploadStore _uploads = null!;
    private UploadSweep _sweep = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new DataFolder();
        _store = _folder.CreateStore();
        await _store.OpenAsync();
        var settings = new HubSettings { DataDirectory = _folder.Path };
        _committer = new GroupCommitter(_store, DataFolder.Keys, settings, _clock, NullLogger<GroupCommitter>.Instance);
        await _committer.StartAsync();
        _uploads = new FileUploadStore(settings, DataFolder.Keys, new DiskGuard(new FixedDisk(), _clock), _clock);
        _sweep = new UploadSweep(_uploads, _store, _committer, _clock);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _committer.DisposeAsync();
        _uploads.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task RemoveErased_DeletesWhatNoOtherMessageOfTheSenderNames()
    {
        var (alone, shared) = (await UploadAsync(1), await UploadAsync(2));
        await AcceptAsync("one", alone, shared);
        await AcceptAsync("two", shared);
        await EraseAsync("one");
        Assert.That(await _sweep.RemoveErasedAsync(), Is.EqualTo(1));
        Assert.That((await IsThereAsync(alone), await IsThereAsync(shared)), Is.EqualTo((false, true)));
        await EraseAsync("two");
        Assert.That(await _sweep.RemoveErasedAsync(), Is.EqualTo(1));
        Assert.That(await IsThereAsync(shared), Is.False);
        Assert.That(await _sweep.RemoveErasedAsync(), Is.Zero);
    }

    [Test]
    public async Task RemoveErased_ManyUploads_AllGo()
    {
        var many = new UploadName[20];
        for (var i = 0; i < many.Length; i++) many[i] = await UploadAsync((byte)i);
        await AcceptAsync("one", many);
        await EraseAsync("one");
        Assert.That(await _sweep.RemoveErasedAsync(), Is.EqualTo(many.Length));
    }

    [Test]
    public async Task RemoveErased_CrashAfterTheErasure_IsMadeUpForByTheNextSweep()
    {
        var upload = await UploadAsync(1);
        await AcceptAsync("one", upload);
        await EraseAsync("one");
        using var copy = _folder.CopyAsCrashed();
        await using var store = copy.CreateStore();
        await store.OpenAsync();
        Assert.That(await store.WriteAsync(t => t.ListErasedUploadsAsync(10)), Is.EqualTo(new[] { upload }));
    }

    [Test]
    public async Task RemoveErased_CrashBetweenFileAndRow_GoesOn()
    {
        var upload = await UploadAsync(1);
        await AcceptAsync("one", upload);
        await EraseAsync("one");
        await _uploads.DeleteAsync(upload);
        Assert.That(await _sweep.RemoveErasedAsync(), Is.EqualTo(1));
        Assert.That(await _store.WriteAsync(t => t.ListErasedUploadsAsync(10)), Is.Empty);
    }

    [Test]
    public async Task RemoveErased_ErasureOfTheSameGroup_WaitsUntilItIsDurable()
    {
        var upload = await UploadAsync(1);
        await AcceptAsync("one", upload);
        await using (var transaction = await _store.BeginAsync())
        {
            await transaction.EraseAsync(NewMessage("one").Key, _clock.GetUtcNow());
            Assert.That(await new UploadSweep(_uploads, _store, new SameGroup(transaction), _clock).RemoveErasedAsync(), Is.Zero);
        }

        Assert.That(await IsThereAsync(upload), "the group was rolled back");
    }

    [Test]
    public async Task RemoveUnnamed_After24Hours_DeletesThem()
    {
        var (unnamed, named) = (await UploadAsync(1), await UploadAsync(2));
        await AcceptAsync("one", named);
        _clock.Advance(TimeSpan.FromHours(24));
        Assert.That(await _sweep.RemoveUnnamedAsync(), Is.Zero);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await _sweep.RemoveUnnamedAsync(), Is.EqualTo(1));
        Assert.That((await IsThereAsync(unnamed), await IsThereAsync(named)), Is.EqualTo((false, true)));
        Assert.That(await _uploads.ListUnnamedAsync(_clock.GetUtcNow()), Is.Empty, "the note that a crash left was put right");
    }

    [Test]
    public async Task RemoveUnnamed_NamedByTheSameGroup_Stays()
    {
        var upload = await UploadAsync(1);
        _clock.Advance(TimeSpan.FromHours(25));
        await using var transaction = await _store.BeginAsync();
        await transaction.InsertMessageAsync(NewMessage("one") with { Uploads = [upload.Sha256] }, Octets("one"), []);
        Assert.That(await new UploadSweep(_uploads, _store, new SameGroup(transaction), _clock).RemoveUnnamedAsync(), Is.Zero);
        Assert.That(await IsThereAsync(upload));
    }

    private async Task<UploadName> UploadAsync(byte content)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData([content]));
        await _uploads.BeginAsync(Sender, sha256, 1);
        await _uploads.AppendAsync(Sender, sha256, 0, new MemoryStream([content]));
        return new UploadName(Sender, sha256);
    }

    private async Task AcceptAsync(string id, params UploadName[] uploads) => await _committer.RunAsync(scope =>
        scope.Transaction.InsertMessageAsync(NewMessage(id) with { Uploads = [.. uploads.Select(u => u.Sha256)] }, Octets(id), []));

    private async Task EraseAsync(string id) => await _committer.RunAsync(async scope =>
    {
        await scope.Transaction.EraseAsync(NewMessage(id).Key, _clock.GetUtcNow());
        return true;
    });

    private async Task<bool> IsThereAsync(UploadName upload) => await _uploads.FindAsync(upload.Owner, upload.Sha256) is not null;

    /// <summary>Runs units in a transaction that has not ended.</summary>
    private sealed class SameGroup(IStoreTransaction transaction) : ICommitter
    {
        public long UnknownEnds => 0;

        public ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default) => work(new CommitScope(transaction, null!));
    }
}
