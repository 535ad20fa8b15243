using System.Diagnostics;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>What the store alone can do on this machine; run it by name. Not a test: it asserts nothing about speed.</summary>
[Explicit("A measurement")]
public sealed class StoreMeasurement
{
    private const int Messages = 20_000;
    private const int Group = 64;

    [Test]
    public async Task Measure_InsertClaimAndDeliver()
    {
        using var folder = new DataFolder();
        await using var store = folder.CreateStore();
        await store.OpenAsync();
        var body = new byte[1024];
        var index = 0L;
        var cpu = Environment.CpuUsage.TotalTime;
        var inserting = Stopwatch.StartNew();
        for (var first = 0; first < Messages; first += Group)
        {
            await store.WriteAsync(async transaction =>
            {
                var entries = new List<EntryRecord>(2 * Group);
                for (var i = first; i < first + Group; i++)
                {
                    var message = NewMessage($"m{i}");
                    await transaction.InsertMessageAsync(message, body, [NewDelivery(message)]);
                    entries.Add(NewEntry(index++, message.Key));
                    entries.Add(NewEntry(index++, message.Key));
                }

                await transaction.AppendEntriesAsync(entries);
                await transaction.WriteTileAsync(0, index / 256, new byte[8192]);
                await transaction.WriteCheckpointAsync(index, "a note of some two hundred bytes".PadRight(200));
            });
        }

        inserting.Stop();
        var insertCpu = Environment.CpuUsage.TotalTime - cpu;
        cpu = Environment.CpuUsage.TotalTime;
        var delivering = Stopwatch.StartNew();
        var delivered = 0;
        while (true)
        {
            var claimed = await store.ClaimAsync(Start, Group);
            if (claimed.Count == 0) break;
            await store.WriteAsync(async transaction =>
            {
                foreach (var delivery in claimed) await transaction.UpdateDeliveryAsync(delivery with { State = DeliveryState.Delivered, Claim = null, ClaimedUntil = null });
            });
            delivered += claimed.Count;
        }

        delivering.Stop();
        var deliverCpu = Environment.CpuUsage.TotalTime - cpu;
        var wal = new FileInfo(Path.Combine(folder.Path, "hub.db-wal")).Length >> 20;
        TestContext.Out.WriteLine($"insert {index / 2 / inserting.Elapsed.TotalSeconds:f0} messages/s ({insertCpu.TotalMicroseconds / Messages:f0} µs CPU each), claim and deliver {delivered / delivering.Elapsed.TotalSeconds:f0}/s ({deliverCpu.TotalMicroseconds / Messages:f0} µs CPU each), WAL {wal} MiB, load {File.ReadAllText("/proc/loadavg")}");
        Assert.That(delivered, Is.EqualTo(index / 2));
    }
}
