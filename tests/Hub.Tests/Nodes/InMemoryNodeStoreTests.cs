using Hub.Core.Storage;
using Hub.Tests.Storage;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Nodes;

[TestFixture]
public sealed class InMemoryNodeStoreTests : NodeStoreContract
{
    private ManualClock _clock = null!;
    private InMemoryStore _store = null!;
    private InMemoryNodes _nodes = null!;

    protected override TimeSpan BriefLease => TimeSpan.FromSeconds(5);

    [TearDown]
    public async Task DisposeAsync() => await _store.DisposeAsync();

    protected override ValueTask NewHubAsync()
    {
        _clock = new ManualClock();
        _store = new InMemoryStore();
        _nodes = new InMemoryNodes(_clock, node => _store.State.Deliveries.Values.Any(d => d.Node == node));
        return default;
    }

    protected override ValueTask<Member> NewMemberAsync()
    {
        var process = _nodes.NewProcess();
        return new(new Member(process, FencedStore.Wrap<IHubStore>(_store, process)));
    }

    protected override ValueTask PassBriefLeaseAsync()
    {
        _clock.Advance(BriefLease);
        return default;
    }
}
