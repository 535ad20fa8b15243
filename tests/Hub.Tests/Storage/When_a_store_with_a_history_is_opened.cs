using System.Globalization;
using Hub.Core;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>A start costs the same whatever the hub did before, also after a crash: told by what is done and read, not by the clock.</summary>
public sealed class When_a_store_with_a_history_is_opened
{
    private const int Few = 500;
    private const int Many = 50_000;

    [Test]
    public async Task Should_take_no_more_steps_than_one_without()
    {
        var (few, many) = (await OpenAsync(Few), await OpenAsync(Many));
        TestContext.Out.WriteLine($"Steps with {Few} messages {few.Steps}, with {Many} {many.Steps}; octets read {few.Read} and {many.Read} of {many.Size}.");
        Assert.That(many.Steps, Is.LessThan(few.Steps + 200));
        if (!OperatingSystem.IsLinux()) return;
        // What a crash may leave in the write-ahead log is bounded, and read once.
        Assert.That(many.Size, Is.GreaterThan(16 << 20), "There is a history.");
        Assert.That(many.Read, Is.LessThan(few.Read + many.Wal + (2 << 20)));
    }

    private static async Task<(long Steps, long Read, long Size, long Wal)> OpenAsync(int messages)
    {
        using var folder = new DataFolder();
        await using var before = folder.CreateStore();
        await before.OpenAsync();
        for (var group = 0; group < messages / Few; group++)
        {
            await before.WriteAsync(async transaction =>
            {
                for (var i = 0; i < Few; i++)
                {
                    var message = NewMessage($"g{group}-{i}");
                    var ended = NewDelivery(message) with { State = DeliveryState.Delivered };
                    await transaction.InsertMessageAsync(message, Octets(message.Id), [ended, NewDelivery(message, Other)]);
                }
            });
        }

        using var crashed = folder.CopyAsCrashed();
        var wal = new FileInfo(Path.Combine(crashed.Path, "hub.db-wal")).Length;
        var size = new FileInfo(Path.Combine(crashed.Path, "hub.db")).Length;
        var begun = OctetsRead();
        await using var after = crashed.CreateStore();
        await after.OpenAsync();
        await using var committer = new GroupCommitter(after, DataFolder.Keys, new HubSettings { DataDirectory = crashed.Path }, TimeProvider.System, NullLogger<GroupCommitter>.Instance);
        await committer.StartAsync();
        await committer.RunAsync(scope => scope.Transaction.ReleaseClaimsAsync(1, Start, 100));
        return (after.TakeSteps(), OctetsRead() - begun, size, wal);
    }

    private static long OctetsRead() => OperatingSystem.IsLinux()
        ? long.Parse(File.ReadLines("/proc/self/io").First(static line => line.StartsWith("rchar:", StringComparison.Ordinal))[6..], CultureInfo.InvariantCulture)
        : 0;
}
