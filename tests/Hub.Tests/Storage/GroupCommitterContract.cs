using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Tests.Storage;

/// <summary>What the committer promises over every store.</summary>
public abstract class GroupCommitterContract
{
    private CommitterBench _bench = null!;

    /// <summary>An empty store, not yet open, and what is to be disposed after it.</summary>
    protected abstract (IHubStore Store, IDisposable? Folder) NewStore();

    [SetUp]
    public async Task StartAsync() => _bench = await CommitterBench.StartAsync(NewStore());

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task StartAsync_EmptyStore_OpensTheLog()
    {
        var entries = await _bench.Store.ListEntriesAsync(0, 10);
        Assert.That(entries.Select(e => e.ParseHeader().Kind), Is.EqualTo(new[] { EntryKinds.LogOpened }));
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(1));
    }

    [Test]
    public async Task RunAsync_ManyConcurrentUnits_EachGetsAReceiptThatVerifies()
    {
        var ids = Enumerable.Range(0, 700).Select(i => $"m-{i}").ToArray();
        var tickets = await Task.WhenAll(ids.Select(id => Task.Run(() => _bench.Committer.RunAsync(CommitterBench.Accept(id)).AsTask())));

        Assert.That(tickets.Select(t => t.Index).Order(), Is.EqualTo(Enumerable.Range(1, ids.Length).Select(i => (long)i)));
        var reader = new TrailReader(_bench.Store);
        foreach (var (id, ticket) in ids.Zip(tickets))
        {
            var receipt = TrailReader.ReceiptOf(ticket);
            Assert.That(Receipt.Parse(receipt.ToString()).Verify(_bench.Keys.LogVerifier, CommitterBench.OctetsOf(id)).Failures, Is.Empty);
            var message = await _bench.Store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, id));
            Assert.That((await reader.ReceiptAsync(message!)).ToString(), Is.EqualTo(receipt.ToString()));
        }

        Assert.That(_bench.Failures.Commits, Is.LessThan(ids.Length), "nothing was grouped");
        await AssertTreeIsSoundAsync(reader);
    }

    [Test]
    public async Task RunAsync_FromOneCaller_KeepsTheOrder()
    {
        var running = Enumerable.Range(0, 100).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"m-{i}")).AsTask()).ToArray();
        var tickets = await Task.WhenAll(running);
        Assert.That(tickets.Select(t => t.Index), Is.Ordered);
    }

    [Test]
    public async Task RunAsync_UnitThatThrowsAfterWriting_FailsAloneAndLeavesNothing()
    {
        var gate = await HoldAsync();
        var good = Enumerable.Range(0, 20).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"good-{i}")).AsTask()).ToList();
        var poison = Enumerable.Range(0, 6).Select(i => _bench.Committer.RunAsync(Poison($"poison-{i}")).AsTask()).ToList();
        good.AddRange(Enumerable.Range(20, 20).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"good-{i}")).AsTask()));
        gate.SetResult();

        foreach (var unit in poison) Assert.That(async () => await unit, Throws.TypeOf<TimeZoneNotFoundException>());
        await Task.WhenAll(good);
        Assert.That(await _bench.Store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, "poison-0")), Is.Null);
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(41));
        await AssertTreeIsSoundAsync(new TrailReader(_bench.Store));
    }

    [Test]
    public async Task RunAsync_UnitThatThrowsBeforeWriting_CostsNoSecondTransaction()
    {
        var gate = await HoldAsync();
        var runs = 0;
        var good = _bench.Committer.RunAsync(scope =>
        {
            runs++;
            return CommitterBench.Accept("good")(scope);
        }).AsTask();
        var refused = _bench.Committer.RunAsync<int>(scope =>
        {
            scope.Append(CommitterBench.EntryOf("refused"));
            throw ProblemCode.NotAllowed.With("refused");
        }).AsTask();
        gate.SetResult();

        Assert.That(async () => await refused, Refused(ProblemCode.NotAllowed));
        await good;
        Assert.That(runs, Is.EqualTo(1));
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(2), "the refused unit's entry stayed in the log");
    }

    [Test]
    public async Task RunAsync_RefusalThatRestsOnACommitThatFails_IsToldAsUnavailable()
    {
        var gate = await HoldAsync();
        var first = _bench.Committer.RunAsync(CommitterBench.Accept("same")).AsTask();
        var second = _bench.Committer.RunAsync(CommitterBench.Accept("same")).AsTask();
        _bench.Failures.Next = CommitFailure.Before;
        gate.SetResult();

        Assert.That(async () => await first, Refused(ProblemCode.Unavailable));
        Assert.That(async () => await second, Refused(ProblemCode.Unavailable));
    }

    [TestCase(CommitFailure.Before, 2)]
    [TestCase(CommitFailure.After, 3)]
    public async Task RunAsync_CommitFails_CallersRetryAndTheLogGoesOn(CommitFailure failure, int size)
    {
        _bench.Failures.Next = failure;
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("lost")))!;
        Assert.That(refused.Code, Is.EqualTo(ProblemCode.Unavailable));
        Assert.That(refused.Problem.RetryAfter, Is.GreaterThan(TimeSpan.Zero));

        var ticket = await _bench.Committer.RunAsync(CommitterBench.Accept("next"));
        Assert.That(ticket.TreeSize, Is.EqualTo(size));
        Assert.That(TrailReader.ReceiptOf(ticket).Verify(_bench.Keys.LogVerifier).Failures, Is.Empty);
        await AssertTreeIsSoundAsync(new TrailReader(_bench.Store));
    }

    [Test]
    public async Task RunAsync_StoreUnreachableForAWhile_RecoversByItself()
    {
        _bench.Failures.Unreachable = true;
        Assert.That(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("a")), Refused(ProblemCode.Unavailable));
        Assert.That(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("b")), Refused(ProblemCode.Unavailable));
        _bench.Failures.Unreachable = false;
        Assert.That((await _bench.Committer.RunAsync(CommitterBench.Accept("a"))).Index, Is.EqualTo(1));
    }

    [Test]
    public async Task RunAsync_NoEntries_WritesNoCheckpoint()
    {
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.WriteAppStateAsync(CommitterBench.Sender, "k", new byte[] { 1 });
            return 0;
        });
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(1));
        Assert.That(await _bench.Store.ReadAppStateAsync(CommitterBench.Sender, "k"), Is.Not.Null);
    }

    [Test]
    public async Task RunAsync_ClockGoesBack_EntryTimesDoNot()
    {
        var first = await _bench.Committer.RunAsync(CommitterBench.Accept("a"));
        _bench.Clock.Now -= TimeSpan.FromHours(1);
        var second = await _bench.Committer.RunAsync(CommitterBench.Accept("b"));
        await _bench.RestartAsync();
        var third = await _bench.Committer.RunAsync(CommitterBench.Accept("c"));
        Assert.That(new[] { second.Record.ParseHeader().Time, third.Record.ParseHeader().Time }, Is.All.EqualTo(first.Record.ParseHeader().Time));
    }

    [Test]
    public async Task RestartAsync_GrownLog_ContinuesTheSameTree()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"a-{i}")).AsTask()));
        var before = await _bench.CheckpointAsync();
        await _bench.RestartAsync();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"b-{i}")).AsTask()));
        var after = await _bench.CheckpointAsync();

        var reader = new TrailReader(_bench.Store);
        var proof = await reader.ConsistencyProofAsync(before.Size, after.Size);
        Assert.That(MerkleTree.VerifyConsistency(before.Size, before.Root.Span, after.Size, after.Root.Span, proof), Is.True);
        await AssertTreeIsSoundAsync(reader);
    }

    [Test]
    public async Task RunAsync_QueueFull_IsUnavailableAndWhatWaitsIsKept()
    {
        var gate = await HoldAsync();
        var waiting = new List<Task<EntryTicket>>();
        for (var i = 0; i < GroupCommitter.QueuedGroups * CommitterBench.MaxGroup; i++)
            waiting.Add(_bench.Committer.RunAsync(CommitterBench.Accept($"m-{i}")).AsTask());
        _bench.Clock.Impatient = true;
        Assert.That(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("late")), Refused(ProblemCode.Unavailable));
        gate.SetResult();
        await Task.WhenAll(waiting);
        Assert.That(await _bench.Store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, "late")), Is.Null);
    }

    [Test]
    public async Task DisposeAsync_UnitsWaiting_CommitsThemFirst()
    {
        var waiting = Enumerable.Range(0, 50).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"m-{i}")).AsTask()).ToArray();
        await _bench.Committer.DisposeAsync();
        await Task.WhenAll(waiting);
        Assert.That(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("late")), Refused(ProblemCode.Unavailable));
    }

    [Test]
    public async Task RunAsync_CallerThatBlocksAfterwards_HoldsNobodyUp()
    {
        await _bench.Committer.RunAsync(CommitterBench.Accept("first")).ConfigureAwait(false);
        var second = _bench.Committer.RunAsync(CommitterBench.Accept("second")).AsTask();
        Assert.That(SpinWait.SpinUntil(() => second.IsCompletedSuccessfully, TimeSpan.FromSeconds(10)), Is.True);
    }

    [Test]
    public async Task RunAsync_InsideAUnit_IsRefused()
    {
        await _bench.Committer.RunAsync(async scope =>
        {
            Assert.That(async () => await _bench.Committer.RunAsync(CommitterBench.Accept("inner")), Throws.InvalidOperationException);
            return await CommitterBench.Accept("outer")(scope);
        });
        await _bench.Committer.RunAsync(CommitterBench.Accept("next"));
    }

    [Test]
    public async Task RunAsync_UnitThatConflictsAlways_FailsAlone()
    {
        var gate = await HoldAsync();
        var good = Enumerable.Range(0, 10).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"good-{i}")).AsTask()).ToList();
        var bad = _bench.Committer.RunAsync<int>(_ => throw new StoreConflictException("always")).AsTask();
        good.AddRange(Enumerable.Range(10, 10).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"good-{i}")).AsTask()));
        gate.SetResult();

        Assert.That(async () => await bad, Refused(ProblemCode.Unavailable));
        await Task.WhenAll(good);
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(21));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(ProblemCode code) =>
        Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Code)).EqualTo(code);

    private static Func<CommitScope, ValueTask<int>> Poison(string id) => async scope =>
    {
        await CommitterBench.Accept(id)(scope);
        throw new TimeZoneNotFoundException(id);
    };

    /// <summary>Keeps the committer busy until the gate opens, so that what is queued meanwhile becomes one group.</summary>
    private async Task<TaskCompletionSource> HoldAsync()
    {
        var (entered, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        _ = _bench.Committer.RunAsync(async _ =>
        {
            entered.SetResult();
            await gate.Task;
            return 0;
        }).AsTask();
        await entered.Task;
        return gate;
    }

    /// <summary>Root from tiles = root of all leaves by the RFC's definition = root of the newest checkpoint.</summary>
    private Task AssertTreeIsSoundAsync(TrailReader reader) => AssertTreeIsSoundAsync(_bench, reader);

    internal static async Task AssertTreeIsSoundAsync(CommitterBench bench, TrailReader reader)
    {
        var checkpoint = await bench.CheckpointAsync();
        var entries = await bench.Store.ListEntriesAsync(0, (int)checkpoint.Size + 1);
        var naive = new Trail.NaiveTree([.. entries.Select(e => e.Header.ToArray())]);
        Assert.That(entries, Has.Count.EqualTo(checkpoint.Size));
        Assert.That(naive.Root(entries.Count), Is.EqualTo(checkpoint.Root.ToArray()));
        Assert.That((await TrailHead.LoadAsync(bench.Store, bench.Keys.LogVerifier)).Tree.Root(), Is.EqualTo(checkpoint.Root.ToArray()));
        for (var index = 0; index < entries.Count; index += Math.Max(1, entries.Count / 20))
            Assert.That(await reader.InclusionProofAsync(index, entries.Count), Is.EqualTo(naive.Path(index, 0, entries.Count)));
    }
}
