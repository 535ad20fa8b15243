using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class When_the_store_fails_inside_a_unit
{
    private DataFolder _folder = null!;
    private SqliteHubStore _store = null!;
    private CommitterBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new DataFolder();
        _store = _folder.CreateStore();
        _bench = await CommitterBench.StartAsync((_store, null));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Should_abandon_the_whole_group_when_the_database_is_full()
    {
        await _bench.Committer.RunAsync(CommitterBench.Accept("before"));
        var gate = await HoldAsync();
        var first = _bench.Committer.RunAsync(CommitterBench.Accept("first")).AsTask();
        var big = _bench.Committer.RunAsync(async scope =>
        {
            Execute("PRAGMA max_page_count = 1");
            await scope.Transaction.WriteAppStateAsync(CommitterBench.Sender, "big", new byte[5_000_000]);
            return 0;
        }).AsTask();
        var last = _bench.Committer.RunAsync(CommitterBench.Accept("last")).AsTask();
        gate.SetResult();

        foreach (var unit in new Task[] { first, big, last }) Assert.That(CodeOf(unit), Is.EqualTo(ProblemCode.Unavailable));
        foreach (var id in new[] { "first", "last" }) Assert.That(await _store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, id)), Is.Null);
        await GoesOnAsync();
    }

    [Test]
    public async Task Should_keep_nothing_when_a_unit_hides_the_failure_and_writes_on()
    {
        var hidden = _bench.Committer.RunAsync(async scope =>
        {
            Execute("PRAGMA max_page_count = 1");
            try
            {
                await scope.Transaction.WriteAppStateAsync(CommitterBench.Sender, "big", new byte[5_000_000]);
            }
            catch (Exception)
            {
                Execute("PRAGMA max_page_count = 1000000");
            }

            return await CommitterBench.Accept("hidden")(scope);
        }).AsTask();
        Assert.That(CodeOf(hidden), Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(await _store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, "hidden")), Is.Null);
        await GoesOnAsync();
    }

    [Test]
    [Platform("Linux")]
    public async Task Should_answer_unavailable_when_the_disk_of_the_bodies_is_full()
    {
        File.CreateSymbolicLink(_folder.SegmentPath(1), "/dev/full");
        var full = _bench.Committer.RunAsync(async scope =>
        {
            var message = StoreSamples.NewMessage("large");
            await scope.Transaction.InsertMessageAsync(message, new byte[5_000_000], []);
            return 0;
        }).AsTask();
        Assert.That(CodeOf(full), Is.EqualTo(ProblemCode.Unavailable));
        File.Delete(_folder.SegmentPath(1));
        await GoesOnAsync();
    }

    private async Task GoesOnAsync()
    {
        Execute("PRAGMA max_page_count = 1000000");
        await _bench.Committer.RunAsync(CommitterBench.Accept("after"));
        Assert.That((await _store.ReadOctetsAsync(MessageKey.Of(CommitterBench.Sender, "after")))!.Value.ToArray(), Is.EqualTo(CommitterBench.OctetsOf("after")));
        await _bench.RestartAsync();
    }

    private static ProblemCode CodeOf(Task unit) => Assert.ThrowsAsync<ProblemException>(async () => await unit)!.Code;

    private async Task<TaskCompletionSource> HoldAsync()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = _bench.Committer.RunAsync(async _ =>
        {
            started.TrySetResult();
            await gate.Task;
            return 0;
        }).AsTask();
        await started.Task;
        return gate;
    }

    private void Execute(string sql)
    {
        using var command = _store.Writer.Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
