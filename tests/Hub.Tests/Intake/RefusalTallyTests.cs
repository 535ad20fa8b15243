using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Storage;

namespace Hub.Tests.Intake;

public sealed class RefusalTallyTests
{
    [Test]
    public async Task FlushAsync_MoreSourcesThanTheBound_CountsTheRestTogether()
    {
        await using var bench = await IntakeBench.StartAsync();
        var first = (await bench.EntriesAsync()).Length;
        for (var i = 0; i < RefusalTally.MaxSources + 500; i++) bench.Intake.Refusals.Count($"192.0.2.{i}", ProblemCode.Unauthenticated);
        await bench.Intake.Refusals.FlushAsync(unfinished: true);
        var bodies = (await bench.Store.ListEntriesAsync(first, 5000)).Select(e => System.Text.Encoding.UTF8.GetString(e.Body!.Value.Span)).ToList();
        Assert.That(bodies, Has.Count.EqualTo(RefusalTally.MaxSources + 1));
        Assert.That(bodies, Has.One.Contains("\"unauthenticated\":500").And.One.Contains("\"source\":\"(others)\""));
        Assert.That((await bench.EntriesAsync(first)).Select(e => e.Kind).Distinct(), Is.EqualTo(new[] { EntryKinds.RefusalsCounted }));
    }

    [Test]
    public async Task FlushAsync_CommitFails_KeepsTheCounts()
    {
        await using var bench = await IntakeBench.StartAsync();
        var committer = new FailingOnce(bench.Committer);
        var tally = new RefusalTally(committer, bench.Clock);
        tally.Count("192.0.2.1", ProblemCode.Unauthenticated);
        Assert.ThrowsAsync<ProblemException>(async () => await tally.FlushAsync(unfinished: true));
        var first = (await bench.EntriesAsync()).Length;
        await tally.FlushAsync(unfinished: true);
        Assert.That(await bench.EntriesAsync(first), Has.Length.EqualTo(1));
    }

    private sealed class FailingOnce(ICommitter inner) : ICommitter
    {
        private bool _failed;

        public long UnknownEnds => inner.UnknownEnds;

        public ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
        {
            if (_failed) return inner.RunAsync(reads, work, cancellationToken);
            _failed = true;
            throw ProblemCode.Unavailable.With("full");
        }
    }
}
