using System.Runtime.Versioning;

namespace Hub.IntegrationTests.OneHub;

[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_the_disk_is_full
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(4);

    [TestCase(2L << 20, TestName = "Should_refuse_below_the_watermark_and_go_on_by_itself")]
    [TestCase(0, TestName = "Should_lose_nothing_when_not_an_octet_fits_and_go_on_by_itself")]
    [CancelAfter(240_000)]
    public async Task Should_go_on_by_itself(long left, CancellationToken stop)
    {
        await using var disk = await Tmpfs.MountAsync("160m");
        await using var hub = await LoneHub.BeginAsync(disk.Path);
        await hub.ReceiveAsync(100, stop);
        // Twice: what is used after the first time was never full before.
        for (var time = 0; time < 2; time++)
        {
            await disk.FillAsync(left);
            var (before, refused) = (hub.Traffic.Receipted.Count(), hub.Traffic.Witness.Unavailable);
            await Task.Delay(While, stop);
            Assert.That(hub.Traffic.Witness.Unavailable, Is.GreaterThan(refused), "Senders are told that it is unavailable.");
            await TestContext.Out.WriteLineAsync($"{hub.Traffic.Receipted.Count() - before} receipts within {While.TotalSeconds} s of a full disk.");
            disk.Free();
            await hub.ReceiveAsync(50, stop);
        }

        await hub.EndAsync(stop);
    }
}
