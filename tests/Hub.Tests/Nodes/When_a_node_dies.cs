using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Nodes;

/// <summary>Two nodes over one store; the first holds a delivery and all duties, and stops beating.</summary>
[TestFixture]
public sealed class When_a_node_dies
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private TaskCompletionSource _lateAnswer = null!;
    private DeliveryBench _bench = null!;
    private NodeMembership _first = null!;
    private NodeMembership _second = null!;
    private ThisNode _survivor = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _lateAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench = await DeliveryBench.StartAsync();
        var nodes = new InMemoryNodes(_bench.Clock, static number => number == 1);
        _survivor = new ThisNode(_bench.Clock);
        (_first, _second) = (Join("first", _bench.Node), Join("second", _survivor));
        await _first.TickAsync(CancellationToken.None);
        await _second.TickAsync(CancellationToken.None);
        var attempts = 0;
        _bench.Channel.Partner = async (_, _) =>
        {
            if (Interlocked.Increment(ref attempts) == 1) await _lateAnswer.Task;
            return new AttemptOutcome.Delivered();
        };

        NodeMembership Join(string name, ThisNode node) => new(
            nodes.NewProcess(), node, new NodePart(new NodeCard(name, null, "1.0.0"), Duties.All), new Lazy<IEnumerable<ICatchUp>>([]), _bench.Clock, NullLogger<NodeMembership>.Instance);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _lateAnswer.TrySetResult();
        await _bench.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Test]
    public async Task Should_deliver_what_it_held_within_ten_seconds_and_take_nothing_from_it_afterwards()
    {
        using var stopping = new CancellationTokenSource();
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("m1", DeliveryBench.Pushed);
        await _bench.Channel.SentAsync(1);
        Assert.That((await _bench.DeliveryAsync(key)).Node, Is.EqualTo(1));
        var surviving = _bench.DispatchAt(_survivor, stopping.Token);

        // The first is held up from here on.
        var died = _bench.Clock.GetUtcNow();
        await PassAsync(4);
        Assert.That((await _bench.DeliveryAsync(key)).Node, Is.EqualTo(1), "its lease runs");
        await PassAsync(2);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)).Node != 1);
        await PassAsync(1);
        await _bench.Channel.SentAsync(2);
        var delivered = await _bench.UntilAsync(key, DeliveryState.Delivered);
        Assert.That(_bench.Clock.GetUtcNow() - died, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(10)));
        Assert.That((delivered.Attempts, delivered.Interruptions), Is.EqualTo((1, 1)), "what was cut short does not count");

        // It goes on: its partner has answered meanwhile, and more is due.
        _lateAnswer.SetResult();
        await _first.TickAsync(CancellationToken.None);
        await _first.TickAsync(CancellationToken.None);
        Assert.That((_bench.Node.Trouble, _bench.Node.Incarnation), Is.EqualTo(((NodeTrouble?)null, 2L)));
        var next = await _bench.AcceptAsync("m2", DeliveryBench.Pushed);
        await _bench.UntilAsync(next, DeliveryState.Delivered);
        Assert.That(await _bench.DeliveryAsync(key), Is.EqualTo(delivered));
        Assert.That((await _bench.KindsAsync(key)).Count(static kind => kind == EntryKinds.DeliveryDelivered), Is.EqualTo(1));
        await stopping.CancelAsync();
        await surviving.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task Should_start_nothing_while_it_holds_no_lease()
    {
        _bench.Dispatch();
        await PassAsync(5);
        var key = await _bench.AcceptAsync("m1", DeliveryBench.Pushed);
        await PassAsync(3);
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Queued));
        Assert.That(DeliveryBench.CodeOf(async () => await _bench.Mailbox.ClaimAsync(DeliveryBench.Puller, 1, TimeSpan.Zero)), Is.EqualTo("unavailable"));
        Assert.That(_bench.Channel.Sent, Is.Empty);
        _lateAnswer.SetResult();
        await _first.TickAsync(CancellationToken.None);
        await _first.TickAsync(CancellationToken.None);
        _bench.Clock.Advance(Second);
        await _bench.UntilAsync(key, DeliveryState.Delivered);
    }

    /// <summary>Seconds pass, after each of which the second node beats.</summary>
    private async Task PassAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _bench.Clock.Advance(Second);
            await _second.TickAsync(CancellationToken.None);
        }
    }
}
