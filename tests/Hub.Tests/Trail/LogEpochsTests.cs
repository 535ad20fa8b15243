using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Storage;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class LogEpochsTests
{
    private TemporaryFolder _folder = null!;
    private FileHubKeys _next = null!;

    [SetUp]
    public void MakeKeys()
    {
        _folder = new TemporaryFolder();
        FileHubKeys.OpenOrCreate(_folder.Path, SystemAddress.Parse("Z99/hub"));
        HubIdentity.Replace(_folder.Path, "Z99/hub/log/2");
        File.Delete(Path.Combine(_folder.Path, "keys", "log.pem"));
        _next = FileHubKeys.OpenOrCreate(_folder.Path);
    }

    [TearDown]
    public void RemoveKeys() => _folder.Dispose();

    [Test]
    public async Task Open_WithACheckpointOfTheGap_GoesOnAndNamesTheGap()
    {
        var (store, backup, gap) = await LoseAsync();
        store.State = backup;
        var ended = await LogEpochs.OpenAsync(store, _next, Opening(gap), TimeProvider.System);
        Assert.That((ended.Origin, ended.End, ended.LastKnownSize), Is.EqualTo((DataFolder.Keys.LogVerifier.Name, 2L, 4L)));
        Assert.That(await LogEpochs.ReadAsync(store), Is.EqualTo(new[] { ended }));

        var head = Checkpoint.Open((await store.FindCheckpointAsync())!, _next.LogVerifier)!;
        Assert.That(head.Size, Is.EqualTo(3));
        Assert.That((await store.ListEntriesAsync(2, 1))[0].ParseHeader().Kind, Is.EqualTo(EntryKinds.LogEpochOpened));
        var old = Checkpoint.Open((await store.FindCheckpointAsync(1))!, DataFolder.Keys.LogVerifier)!;
        var proof = await new TrailReader(store).ConsistencyProofAsync(2, 3);
        Assert.That(MerkleTree.VerifyConsistency(2, old.Root.ToArray(), 3, head.Root.ToArray(), proof), "The old epoch's tree is a prefix.");
    }

    [Test]
    public async Task Open_WithoutAnyCheckpoint_KnowsOfNoGap()
    {
        var (store, backup, _) = await LoseAsync();
        store.State = backup;
        var ended = await LogEpochs.OpenAsync(store, _next, Opening(null), TimeProvider.System);
        Assert.That(ended.LastKnownSize, Is.EqualTo(ended.End));
    }

    [Test]
    public async Task Open_WithAnotherHistoryOfTheSameSize_IsRefusedAndChangesNothing()
    {
        var (store, backup, _) = await LoseAsync();
        store.State = backup;
        var foreign = await SignedNote.SignAsync(
            new Checkpoint(DataFolder.Keys.LogVerifier.Name, 2, new byte[32]).ToString(), DataFolder.Keys.LogVerifier.Name, DataFolder.Keys.Log, DataFolder.Keys.LogVerifier.Key.SubjectPublicKeyInfo);
        Assert.That(async () => await LogEpochs.OpenAsync(store, _next, Opening(foreign), TimeProvider.System), Throws.TypeOf<InvalidDataException>());
        Assert.That(store.State, Is.SameAs(backup));
    }

    private static EpochOpening Opening(string? lastKnown) =>
        new(DataFolder.Keys.LogVerifier, lastKnown, [], DateTimeOffset.UnixEpoch, new string('0', 64), "Đĩa hỏng", "operator:test");

    /// <summary>A log of four entries, its state when it had two, and its last checkpoint.</summary>
    private static async Task<(InMemoryStore Store, InMemoryState Backup, string Gap)> LoseAsync()
    {
        var store = new InMemoryStore();
        await using var bench = await CommitterBench.StartAsync((store, null));
        await bench.Committer.RunAsync(CommitterBench.Accept("a"));
        var backup = store.State;
        await bench.Committer.RunAsync(CommitterBench.Accept("b"));
        await bench.Committer.RunAsync(CommitterBench.Accept("c"));
        return (store, backup, (await store.FindCheckpointAsync())!);
    }
}
