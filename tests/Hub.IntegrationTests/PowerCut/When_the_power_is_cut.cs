using System.Runtime.Versioning;
using Hub.IntegrationTests.Faults;
using Hub.IntegrationTests.Shim;

namespace Hub.IntegrationTests.PowerCut;

/// <summary>SIGKILL keeps the page cache, a power cut does not. A hub's writes, syncs and answers are recorded; then a disk is made that
/// holds what was synced when a receipt left, and nothing or any part of the rest, and a new hub must know all that was promised.</summary>
[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_the_power_is_cut
{
    private static readonly int Cuts = Environment.GetEnvironmentVariable("HUB_TEST_LONG") == "1" ? 100 : 5;

    private Recording _recording = null!;

    [OneTimeSetUp]
    public async Task Record() => _recording = await Recording.MakeAsync();

    [OneTimeTearDown]
    public async Task Delete() => await _recording.DisposeAsync();

    [Test, CancelAfter(1_800_000)]
    public async Task Should_keep_what_was_receipted(CancellationToken stop)
    {
        var random = Rounds.Chance();
        TestContext.Out.WriteLine($"{_recording.Journal.Count} records, {_recording.Receipts.Count} receipts, {_recording.Traffic.Ledger.Values.Count(static s => s.Upload is not null && s.Receipt is not null)} with uploads.");
        Assert.That(_recording.Receipts, Has.Count.GreaterThanOrEqualTo(Recording.Load), "The load was too small to show anything.");
        for (var cut = 0; cut < Cuts; cut++)
        {
            // Every second disk keeps nothing that was not synced; the others keep some of it.
            var losses = await CutAsync(_recording, random.Next(50, _recording.Receipts.Count), lies: null, cut % 2 == 0 ? null : random, stop);
            Assert.That(losses, Is.Empty, $"cut {cut}");
        }
    }

    [TestCase("/hub.db")]
    [TestCase("/bodies")]
    [TestCase("/uploads")]
    [CancelAfter(120_000)]
    public async Task Should_be_found_out_when_the_disk_lies(string place, CancellationToken stop) =>
        Assert.That(await CutAsync(_recording, _recording.Receipts.Count - 1, path => path.StartsWith(place, StringComparison.Ordinal), luck: null, stop), Is.Not.Empty);

    [Test, CancelAfter(120_000)]
    public async Task Should_be_found_out_when_SQLite_does_not_sync(CancellationToken stop)
    {
        await using var unsafely = await Recording.MakeAsync(("SHIM_OFF", "1"));
        Assert.That(unsafely.Receipts, Has.Count.GreaterThanOrEqualTo(Recording.Load), "The load was too small to show anything.");
        Assert.That(await CutAsync(unsafely, unsafely.Receipts.Count - 1, lies: null, luck: null, stop), Is.Not.Empty);
    }

    private static async Task<IReadOnlyList<string>> CutAsync(Recording recording, int receipt, Func<string, bool>? lies, Random? luck, CancellationToken stop)
    {
        var cut = recording.Receipts[receipt].Record;
        var disk = new Disk(recording.Before, lies);
        disk.Take(recording.Journal, 0, cut);
        var image = recording.Image($"cut-{Guid.NewGuid():n}");
        disk.AfterCut(image, luck);
        var losses = await new PowerReturned(recording, image, cut).FindLossesAsync(stop);
        TestContext.Out.WriteLine($"Cut at receipt {receipt}, record {cut}{(luck is null ? "" : ", with luck")}: {losses.Count} losses {string.Join("; ", losses.Take(3))}");
        Directory.Delete(image, recursive: true);
        return losses;
    }
}
