using System.Text;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Api;
using Hub.Host.CommandLine;
using Hub.Tests.Storage;

namespace Hub.Tests.Host;

/// <summary>A log in its second epoch, and a hub that says something else of the first than the log does.</summary>
[TestFixture]
public sealed class EpochOpeningTests
{
    private TemporaryFolder _folder = null!;
    private FileHubKeys _next = null!;
    private InMemoryStore _store = null!;
    private EpochView _told = null!;

    [SetUp]
    public async Task OpenEpoch()
    {
        _folder = new TemporaryFolder();
        FileHubKeys.OpenOrCreate(_folder.Path, SystemAddress.Parse("Z99/hub"));
        HubIdentity.Replace(_folder.Path, "Z99/hub/log/2");
        File.Delete(Path.Combine(_folder.Path, "keys", "log.pem"));
        _next = FileHubKeys.OpenOrCreate(_folder.Path);
        _store = new InMemoryStore();
        await using (var bench = await CommitterBench.StartAsync((_store, null))) await bench.Committer.RunAsync(CommitterBench.Accept("a"));
        var opening = new EpochOpening(DataFolder.Keys.LogVerifier, null, [], DateTimeOffset.UnixEpoch, new string('0', 64), "Đĩa hỏng", "operator:test");
        await LogEpochs.OpenAsync(_store, _next, opening, TimeProvider.System);
        var ended = await LogEpochs.ReadAsync(_store);
        var proof = await new TrailReader(_store).ProofOfAsync(ended[0].End, (await _store.FindCheckpointAsync())!);
        _told = EpochsView.Of(ended, new Dictionary<long, string> { [ended[0].End] = proof!.ToString() }, _next).Epochs[0];
    }

    [TearDown]
    public async Task RemoveKeys()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Run_WhatTheLogSays_Holds()
    {
        Assert.That((await VerifyAsync(_told)).Failures, Is.Empty);
        Assert.That((await VerifyAsync(_told, DataFolder.Keys.LogVerifier)).Failures, Is.Empty);
    }

    [TestCase("key")]
    [TestCase("origin")]
    [TestCase("restored")]
    [TestCase("last known")]
    [TestCase("size")]
    [TestCase("time")]
    [TestCase("backup")]
    [TestCase("digest")]
    [TestCase("nothing")]
    [TestCase("no proof")]
    public async Task Run_AnythingElse_Fails(string what)
    {
        var end = _told.Ended!;
        var bent = what switch
        {
            "key" => _told with { Key = _next.LogVerifier.ToString().Replace("/log/2+", "/log/1+", StringComparison.Ordinal) },
            "origin" => _told with { Origin = "Z99/hub/log/9" },
            "restored" => _told with { Ended = end with { Restored = end.Restored - 1 } },
            "last known" => _told with { Ended = end with { LastKnown = null } },
            "size" => _told with { Ended = end with { LastKnownSize = end.LastKnownSize + 1 } },
            "time" => _told with { Ended = end with { At = end.At.AddDays(1) } },
            "backup" => _told with { Ended = end with { BackupMade = end.BackupMade.AddDays(1) } },
            "digest" => _told with { Ended = end with { BackupSha256 = new string('1', 64) } },
            "nothing" => _told with { Ended = end with { Opening = null } },
            _ => _told with { Ended = end with { Opening = "no proof" } },
        };
        Assert.That((await VerifyAsync(bent)).Valid, Is.False);
    }

    [Test]
    public async Task Run_EntryThatIsNotInTheTree_Fails()
    {
        var shown = Receipt.Parse(_told.Ended!.Opening!);
        var header = shown.Header with { Actor = "operator:another" };
        var forged = Receipt.Create(header, shown.Body, shown.Salt, shown.Proof.Index, shown.Proof.Proof, shown.Proof.CheckpointNote);
        Assert.That((await VerifyAsync(_told with { Ended = _told.Ended with { Opening = forged.ToString() } })).Valid, Is.False);
    }

    [Test]
    public async Task Run_KeyGivenThatIsNotTheOneShown_Fails()
    {
        var another = new NoteVerifier(_told.Origin, _next.LogVerifier.Key);
        Assert.That((await VerifyAsync(_told, another)).Valid, Is.False);
    }

    [Test]
    public async Task Run_EpochOfAKeyGivenThatTheHubConceals_Fails() =>
        Assert.That((await new LogVerification(Reader(), _next.LogVerifier, static _ => { }, [], [_next.LogVerifier, DataFolder.Keys.LogVerifier]).RunAsync(null)).Valid, Is.False);

    private Task<LogVerdict> VerifyAsync(EpochView told, params NoteVerifier[] trusted) => new LogVerification(Reader(), _next.LogVerifier, static _ => { }, [told], trusted).RunAsync(null);

    private LogReader Reader() => new(
        async path =>
        {
            if (path == "/log/checkpoint") return Encoding.UTF8.GetBytes((await _store.FindCheckpointAsync())!);
            var parts = path.Split('/', 5);
            Assert.That(TileName.TryParse(parts[4], out var index, out var width), Is.True, path);
            return (await _store.ReadTileAsync(int.Parse(parts[3]), index))[..(width * MerkleTree.HashLength)].ToArray();
        },
        seesEntries: false);
}
