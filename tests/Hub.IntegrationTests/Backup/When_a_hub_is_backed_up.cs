using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Trail;

namespace Hub.IntegrationTests.Backup;

/// <summary>Backups of the real program while it works.</summary>
[TestFixture]
public sealed class When_a_hub_is_backed_up
{
    private BackupBench _bench = null!;

    [SetUp]
    public async Task MakeHub()
    {
        _bench = new BackupBench();
        await _bench.ImportAsync();
    }

    [TearDown]
    public void RemoveHub() => _bench.Dispose();

    [Test, CancelAfter(180_000)]
    public async Task Should_hold_what_was_receipted_before_it_began_and_stop_nobody(CancellationToken stop)
    {
        await using var hub = await _bench.StartAsync();
        using var load = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sending = LoadAsync(hub.BaseAddress, load.Token);
        var before = Receipt.Parse(await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("before")));
        var taken = await _bench.BackUpAsync("under-load");
        Assert.That(taken.ExitCode, Is.Zero, taken.ToString());
        await load.CancelAsync();
        Assert.That(await sending, Is.GreaterThan(0));

        var report = await _bench.VerifyAsync("under-load");
        Assert.That(report["logSize"]!.GetValue<long>(), Is.GreaterThan(before.Proof.Index));
        Assert.That(report["bodies"]!.GetValue<long>(), Is.Positive);
        Assert.That(report["unopened"]!.GetValue<long>(), Is.Zero);
        Assert.That(report["keys"]!.GetValue<bool>(), Is.False);
        Assert.That(File.Exists(Path.Combine(_bench.Data, SqliteHubStore.SnapshotName)), Is.False);
        await _bench.RunAsync("log", "verify");
    }

    [Test, CancelAfter(180_000)]
    public async Task Should_find_every_kind_of_damage(CancellationToken stop)
    {
        await using (var hub = await _bench.StartAsync())
        {
            // More than one chunk.
            for (var i = 0; i < 4; i++) await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync($"m{i}", text: new string('x', 700_000)));
        }

        // No hub runs: the folder is opened for it.
        var taken = await _bench.BackUpAsync("sound");
        Assert.That(taken.ExitCode, Is.Zero, taken.ToString());
        await _bench.VerifyAsync("sound");
        var sound = await File.ReadAllBytesAsync(_bench.In("sound"), stop);
        var chunk = (1 << 20) + 20;
        var start = 10 + sound[8] + (sound[9] << 8);
        Assert.That(sound, Has.Length.GreaterThan(start + (2 * chunk)));

        byte[] altered = [.. sound];
        altered[start + chunk + 100] ^= 1;
        byte[] swapped = [.. sound[..start], .. sound[(start + chunk)..(start + (2 * chunk))], .. sound[start..(start + chunk)], .. sound[(start + (2 * chunk))..]];
        byte[] cutAtChunk = [.. sound[..(start + (2 * chunk))]];
        byte[] cutWithin = [.. sound[..^7]];
        byte[] longer = [.. sound, 0];
        foreach (var broken in new[] { altered, swapped, cutAtChunk, cutWithin, longer })
        {
            await File.WriteAllBytesAsync(_bench.In("broken"), broken, stop);
            Assert.That((await _bench.VerifyAsync("broken", holds: false))["valid"]!.GetValue<bool>(), Is.False);
        }
    }

    [Test, CancelAfter(180_000)]
    public async Task Should_leave_no_backup_that_is_none_when_it_is_killed(CancellationToken stop)
    {
        var hub = await _bench.StartAsync();
        for (var i = 0; i < 8; i++) await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync($"m{i}", text: new string('x', 900_000)));
        var backup = _bench.BackUpAsync("killed");
        while (!File.Exists(_bench.In("killed.part")) && !backup.IsCompleted) await Task.Delay(1, stop);
        await hub.KillAsync();
        await hub.DisposeAsync();
        var ended = await backup;
        Assert.That(File.Exists(_bench.In("killed")), Is.EqualTo(ended.ExitCode == 0), ended.ToString());
        if (ended.ExitCode == 0) await _bench.VerifyAsync("killed");

        await using var again = await _bench.StartAsync();
        Assert.That(File.Exists(Path.Combine(_bench.Data, SqliteHubStore.SnapshotName)), Is.False);
        Assert.That((await _bench.BackUpAsync("next")).ExitCode, Is.Zero);
        await _bench.VerifyAsync("next");
        Assert.That((await _bench.BackUpAsync("next")).ExitCode, Is.Not.Zero, "A backup replaces no file.");
        await _bench.VerifyAsync("next");
    }

    /// <summary>Sends until it is stopped; how many were accepted.</summary>
    private async Task<int> LoadAsync(Uri hub, CancellationToken stop)
    {
        var sent = 0;
        while (!stop.IsCancellationRequested) await _bench.SendAsync(hub, await _bench.SignAsync($"load-{sent++}"));
        return sent;
    }
}
