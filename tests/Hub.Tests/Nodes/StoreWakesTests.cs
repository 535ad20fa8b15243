using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Storage;

namespace Hub.Tests.Nodes;

/// <summary>What other nodes commit reaches those who wait here.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StoreWakesTests
{
    private static readonly SystemAddress Waiting = SystemAddress.Parse("H06/qlvb");
    private static readonly SystemAddress Other = SystemAddress.Parse("H06.40/qlvb");
    private static readonly MessageKey Request = MessageKey.Of(Waiting, "r1");
    private readonly DeliverySignals _signals = new();
    private readonly NodeBench.CatchUp _follower = new();

    private StoreWakes Wakes => new(_signals, new Lazy<IEnumerable<ICatchUp>>(() => [_follower]));

    [Test]
    public void Hear_Recipients_WakesThemAlone()
    {
        var (waiting, other) = (_signals.NextAsync(Waiting), _signals.NextAsync(Other));
        Wakes.Hear(new StoreWake([Waiting], [], null));
        Assert.That((waiting.IsCompleted, other.IsCompleted), Is.EqualTo((true, false)));
    }

    [Test]
    public void Hear_Messages_WakesThoseWhoWaitForReplies()
    {
        using var wait = _signals.Requests.Begin(Request, Waiting, MessageType.Parse("vn.document.v1"), DateTimeOffset.MaxValue);
        var next = wait.NextAsync();
        Wakes.Hear(new StoreWake([], [MessageKey.Of(Other, "r1")], null));
        Assert.That(next.IsCompleted, Is.False);
        Wakes.Hear(new StoreWake([], [Request], null));
        Assert.That(next.IsCompleted, Is.True);
    }

    [Test, CancelAfter(20_000)]
    public async Task Hear_RegistryVersion_CatchesUp(CancellationToken cancellationToken)
    {
        Wakes.Hear(new StoreWake([], [], 7));
        await _follower.Called.WaitAsync(cancellationToken);
    }

    [Test, CancelAfter(20_000)]
    public async Task Hear_Missed_EverybodyLooks(CancellationToken cancellationToken)
    {
        using var wait = _signals.Requests.Begin(Request, Waiting, MessageType.Parse("vn.document.v1"), DateTimeOffset.MaxValue);
        var (reply, waiting, other) = (wait.NextAsync(), _signals.NextAsync(Waiting), _signals.NextAsync(Other));
        Wakes.Hear(new StoreWake([], [], null, Missed: true));
        Assert.That((reply.IsCompleted, waiting.IsCompleted, other.IsCompleted), Is.EqualTo((true, true, true)));
        await _follower.Called.WaitAsync(cancellationToken);
    }
}
