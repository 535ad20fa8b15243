using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class When_a_backup_is_restored_under_a_running_hub
{
    [Test]
    public async Task Should_refuse_to_sign_a_second_history()
    {
        var store = new InMemoryStore();
        await using var bench = await CommitterBench.StartAsync((store, null));
        await bench.Committer.RunAsync(CommitterBench.Accept("a"));
        var backup = store.State;
        await bench.Committer.RunAsync(CommitterBench.Accept("b"));
        store.State = backup;
        Assert.That(bench.Committer.WritesRefused, Is.Null);

        for (var i = 0; i < 3; i++)
        {
            var refused = Assert.ThrowsAsync<ProblemException>(async () => await bench.Committer.RunAsync(CommitterBench.Accept("c")))!;
            Assert.That(refused.Code, Is.EqualTo(ProblemCode.Unavailable));
        }

        Assert.That((await bench.CheckpointAsync()).Size, Is.EqualTo(2));
        Assert.That(bench.Committer.WritesRefused, Is.Not.Null);
    }

    [Test]
    public async Task Should_refuse_to_start_with_a_damaged_log_or_another_key()
    {
        var store = new InMemoryStore();
        await using (var bench = await CommitterBench.StartAsync((store, null))) await bench.Committer.RunAsync(CommitterBench.Accept("a"));
        var sound = store.State;
        var tile = sound.Tiles[(0, 0)].ToArray();
        tile[40] ^= 1;
        foreach (var damaged in new[]
        {
            sound with { Tiles = sound.Tiles.SetItem((0, 0), tile) },
            sound with { Tiles = sound.Tiles.Remove((0, 0)) },
            sound with { Entries = sound.Entries.RemoveAt(1) },
            sound with { Checkpoints = sound.Checkpoints.Clear() },
            sound with { Checkpoints = sound.Checkpoints.SetItem(2, sound.Checkpoints[1]) },
            sound with { Checkpoints = sound.Checkpoints.SetItem(2, sound.Checkpoints[2].Replace("\n2\n", "\n3\n")) },
        })
        {
            store.State = damaged;
            await using var committer = new GroupCommitter(store, DataFolder.Keys, new Core.HubSettings { DataDirectory = "" }, TimeProvider.System, NullLogger<GroupCommitter>.Instance);
            Assert.That(async () => await committer.StartAsync(), Throws.TypeOf<InvalidDataException>());
        }
    }
}
