using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Delivery.Runs;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Nodes;

/// <summary>Two nodes over one store; the first carries out a replay run, and stops beating.</summary>
[TestFixture]
public sealed class When_a_node_dies_in_a_replay_run
{
    private DeliveryBench _bench = null!;
    private NodeMembership _first = null!;
    private NodeMembership _second = null!;
    private ThisNode _survivor = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await DeliveryBench.StartAsync();
        var nodes = new InMemoryNodes(_bench.Clock, static number => number == 1);
        _survivor = new ThisNode(_bench.Clock);
        (_first, _second) = (Join("first", _bench.Node), Join("second", _survivor));
        await _first.TickAsync(CancellationToken.None);
        await _second.TickAsync(CancellationToken.None);

        NodeMembership Join(string name, ThisNode node) => new(
            nodes.NewProcess(), node, new NodePart(new NodeCard(name, null, "1.0.0"), Duties.All), new Lazy<IEnumerable<ICatchUp>>([]), _bench.Clock, NullLogger<NodeMembership>.Instance);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Test]
    public async Task Should_go_on_where_it_stood_and_replay_none_twice()
    {
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no"));
        _bench.Dispatch();
        List<MessageKey> keys = [];
        for (var i = 0; i < 5; i++) keys.Add(await _bench.AcceptAsync($"{i}", [new Recipient(RecipientAddress.Parse(DeliveryBench.Pushed.ToString()))], conversation: null));
        foreach (var key in keys) await _bench.UntilAsync(key, DeliveryState.Dead);
        await _bench.StopAsync();
        var run = (await Runs.PreviewAsync(new ReplayFilter(), new ReplayPace(Rate: 2, Canary: false), "operator:an")).Run;
        await Runs.StartAsync(run.Id, "operator:an", resume: false);
        var (dying, surviving) = (RunnerOf(_bench.Node), RunnerOf(_survivor));

        await dying.TickAsync(CancellationToken.None);
        await surviving.TickAsync(CancellationToken.None);
        Assert.That((await Runs.FindAsync(run.Id)).Replayed, Is.EqualTo(2), "one node only");
        // The second beats on; the first does not.
        for (var seconds = 0; seconds < 10; seconds++)
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await _second.TickAsync(CancellationToken.None);
        }

        await dying.TickAsync(CancellationToken.None);
        Assert.That((await Runs.FindAsync(run.Id)).Replayed, Is.EqualTo(2), "its lease has ended");
        for (var i = 0; i < 2; i++) await surviving.TickAsync(CancellationToken.None);

        var done = await Runs.FindAsync(run.Id);
        Assert.That((done.State, done.Replayed, done.Skipped), Is.EqualTo((ReplayRunState.Done, 5L, 0L)));
        foreach (var key in keys) Assert.That((await _bench.DeliveryAsync(key)).Replays, Is.EqualTo(1));
    }

    private ReplayRuns Runs => new(_bench.Committer, _bench.Store, _bench.Keys, _bench.Clock);

    private ReplayRunner RunnerOf(ThisNode node) =>
        new(Runs, _bench.Committer, _bench.Store, _bench.Signals, node, _bench.Clock, new TestLog<ReplayRunner>());
}
