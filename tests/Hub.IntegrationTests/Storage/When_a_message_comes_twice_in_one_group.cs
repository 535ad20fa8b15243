using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Intake;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.IntegrationTests.Storage;

public sealed class When_a_message_comes_twice_in_one_group
{
    [Test]
    public async Task Should_give_both_the_same_receipt_when_another_node_appends_meanwhile()
    {
        using var stores = PostgreSqlStores.New();
        var settings = new PostgreSqlSettings { ConnectionString = stores.Database.Application };
        await using var bench = await IntakeBench.StartAsync((_, keys, clock) => new PostgreSqlHubStore(settings, keys, clock, NullLogger<PostgreSqlHubStore>.Instance));
        await using var store = new PostgreSqlHubStore(settings, bench.Keys, bench.Clock, NullLogger<PostgreSqlHubStore>.Instance);
        await store.OpenAsync();
        await using var other = new GroupCommitter(store, bench.Keys, new HubSettings { DataDirectory = "" }, bench.Clock, NullLogger<GroupCommitter>.Instance);
        await other.StartAsync();
        var (gathering, started, running) = (NewGate(), NewGate(), NewGate());
        var before = bench.Committer.RunAsync(async _ => await WaitAsync(gathering.Task)).AsTask();
        var first = bench.Committer.RunAsync(async _ =>
        {
            started.SetResult();
            return await WaitAsync(running.Task);
        }).AsTask();
        var octets = await bench.SignAsync(IntakeBench.Document("d-1"));
        var both = Enumerable.Range(0, 2).Select(_ => bench.Intake.AcceptAsync(octets, EnvelopeEncoding.Json, IntakeBench.Province).AsTask()).ToArray();

        gathering.SetResult();
        await started.Task;
        await other.RunAsync(scope => ValueTask.FromResult(scope.Append(new TrailEntry(EntryKinds.LogOpened, Key: null, "hub", []))));
        running.SetResult();
        await Task.WhenAll(before, first);
        var accepted = await Task.WhenAll(both);
        Assert.That(accepted.Select(a => a.Duplicate), Is.EqualTo(new[] { false, true }));
        Assert.That(accepted[1].Receipt!.ToString(), Is.EqualTo(accepted[0].Receipt!.ToString()));
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async ValueTask<bool> WaitAsync(Task gate)
    {
        await gate;
        return true;
    }
}
