using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Tests.Storage;

public sealed class When_two_groups_are_under_way
{
    private CommitterBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await CommitterBench.StartAsync((new InMemoryStore(shared: true), null));

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_run_the_second_while_the_first_commits_and_commit_in_order()
    {
        var (first, second, held) = await HoldFirstAndRunSecondAsync();
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)));
        held.SetResult();
        Assert.That(((await first).Index, (await second).Index), Is.EqualTo((1L, 2L)));
        Assert.That(TrailReader.ReceiptOf(await second).Verify(_bench.Keys.LogVerifier, CommitterBench.OctetsOf("second")).Failures, Is.Empty);
        Assert.That((await _bench.Store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, "second")))!.Entry, Is.EqualTo(2), "the message names its entry where it came to stand");
        await GroupCommitterContract.AssertTreeIsSoundAsync(_bench, new TrailReader(_bench.Store));
    }

    [TestCase(CommitFailure.Before, 1)]
    [TestCase(CommitFailure.After, 2)]
    public async Task Should_commit_the_second_when_the_first_fails(CommitFailure failure, int index)
    {
        var before = _bench.Committer.UnknownEnds;
        _bench.Failures.Next = failure;
        var (first, second, held) = await HoldFirstAndRunSecondAsync();
        held.SetResult();
        Assert.That(async () => await first, Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Code)).EqualTo(ProblemCode.Unavailable));
        Assert.That((await second).Index, Is.EqualTo(index));
        Assert.That(_bench.Committer.UnknownEnds, Is.EqualTo(before + 1));
        await GroupCommitterContract.AssertTreeIsSoundAsync(_bench, new TrailReader(_bench.Store));
    }

    [Test]
    public async Task Should_accept_the_same_message_once()
    {
        var (first, same, held) = await HoldFirstAndRunSecondAsync("first");
        held.SetResult();
        await first;
        Assert.That(async () => await same, Throws.InvalidOperationException.With.Message.Contains("duplicate"), "it conflicted, ran again and found what the first had committed");
        Assert.That((await _bench.CheckpointAsync()).Size, Is.EqualTo(2));
    }

    [Test]
    public async Task Should_make_one_group_of_all_that_waits()
    {
        var (first, second, held) = await HoldFirstAndRunSecondAsync();
        var before = _bench.Failures.Commits;
        var waiting = Enumerable.Range(0, 30).Select(i => _bench.Committer.RunAsync(CommitterBench.Accept($"m-{i}")).AsTask()).ToArray();
        held.SetResult();
        await Task.WhenAll([first, second, .. waiting]);
        Assert.That(_bench.Failures.Commits - before, Is.EqualTo(3));
    }

    [Test]
    public async Task Should_not_begin_the_second_while_another_node_commits_too()
    {
        await using var another = await _bench.StartAnotherAsync();
        await another.RunAsync(CommitterBench.Accept("of another node"));
        var (reached, held, ran) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        _bench.Failures.BeforeCommit = async () =>
        {
            reached.TrySetResult();
            await held.Task;
        };
        var first = _bench.Committer.RunAsync(CommitterBench.Accept("first")).AsTask();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var second = _bench.Committer.RunAsync(async scope =>
        {
            ran.TrySetResult();
            return await CommitterBench.Accept("second")(scope);
        }).AsTask();
        Assert.That(await Task.WhenAny(ran.Task, Task.Delay(200)), Is.Not.SameAs(ran.Task), "the other node has the time; what waits becomes one group");
        held.SetResult();
        Assert.That(((await first).Index, (await second).Index), Is.EqualTo((2L, 3L)));

        var (third, fourth, heldAgain) = await HoldFirstAndRunSecondAsync("fourth", "third");
        heldAgain.SetResult();
        Assert.That(((await third).Index, (await fourth).Index), Is.EqualTo((4L, 5L)), "alone again, two are under way again");
    }

    [Test]
    public void Should_keep_one_unbroken_log_whatever_fails()
    {
        var ends = Gen.ListOf(Gen.Zip(Gen.Elements(CommitFailure.None, CommitFailure.None, CommitFailure.None, CommitFailure.Before, CommitFailure.After), Gen.Choose(0, 2)), 40);
        Prop.ForAll(Arb.From(ends), plan => AcceptAllAsync([.. plan]).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    /// <summary>Many callers, each of which sends again until it has a receipt or learns that it is known; commits end as planned, then well.</summary>
    private static async Task AcceptAllAsync((CommitFailure End, int Milliseconds)[] plan)
    {
        const int Messages = 60;
        await using var bench = await CommitterBench.StartAsync((new InMemoryStore(shared: true), null));
        var next = -1;
        bench.Failures.BeforeCommit = async () =>
        {
            var at = Interlocked.Increment(ref next);
            if (at >= plan.Length) return;
            if (plan[at].Milliseconds > 0) await Task.Delay(plan[at].Milliseconds);
            bench.Failures.Next = plan[at].End;
        };
        var tickets = await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => Task.Run(() => AcceptAsync(bench, $"m-{i}", i % 7))));

        foreach (var ticket in tickets)
            if (ticket is not null) Assert.That(TrailReader.ReceiptOf(ticket).Verify(bench.Keys.LogVerifier).Failures, Is.Empty);
        var entries = await bench.Store.ListEntriesAsync(0, Messages + 2);
        Assert.That(entries, Has.Count.EqualTo(Messages + 1), "each once, behind the entry that opened the log");
        for (var i = 0; i < Messages; i++)
        {
            var message = (await bench.Store.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, $"m-{i}")))!;
            Assert.That(entries[(int)message.Entry].ParseHeader().Key, Is.EqualTo(message.Key.Value));
        }

        await GroupCommitterContract.AssertTreeIsSoundAsync(bench, new TrailReader(bench.Store));
    }

    private static async Task<EntryTicket?> AcceptAsync(CommitterBench bench, string id, int wait)
    {
        await Task.Delay(wait);
        while (true)
        {
            try
            {
                return await bench.Committer.RunAsync(CommitterBench.Accept(id));
            }
            catch (ProblemException refused) when (refused.Code == ProblemCode.Unavailable)
            {
                // It sends again.
            }
            catch (InvalidOperationException duplicate) when (duplicate.Message.StartsWith("duplicate", StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    /// <summary>The first is held in its commit until told; the second has run its unit meanwhile.</summary>
    private async Task<(Task<EntryTicket> First, Task<EntryTicket> Second, TaskCompletionSource Held)> HoldFirstAndRunSecondAsync(string second = "second", string first = "first")
    {
        var (reached, held, ran) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        _bench.Failures.BeforeCommit = async () =>
        {
            reached.TrySetResult();
            await held.Task;
        };
        var one = _bench.Committer.RunAsync(CommitterBench.Accept(first)).AsTask();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var two = _bench.Committer.RunAsync(async scope =>
        {
            var ticket = await CommitterBench.Accept(second)(scope);
            ran.TrySetResult();
            return ticket;
        }).AsTask();
        await ran.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return (one, two, held);
    }
}
