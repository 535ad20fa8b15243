using System.Text;
using Hub.Contracts.Problems;
using Hub.Core;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Nodes;

/// <summary>One node: membership, committer and a duty's committer over a store that others share. Its clock may stand apart from theirs.</summary>
internal sealed class NodeBench : IAsyncDisposable
{
    private readonly GroupCommitter _committer;

    internal NodeBench(InMemoryNodes nodes, IHubStore shared, string name, ManualClock clock)
    {
        Process = nodes.NewProcess();
        Clock = clock;
        Node = new ThisNode(clock);
        Store = FencedStore.Wrap(shared, Process);
        _committer = new GroupCommitter(
            Store, DataFolder.Keys, new HubSettings { DataDirectory = "" }, TimeProvider.System, NullLogger<GroupCommitter>.Instance);
        Committer = new LeasedCommitter(_committer, Node);
        Duty = new DutyCommitter(Committer, Node, Duties.Takeover);
        Membership = new NodeMembership(
            Process, Node, new NodePart(new NodeCard(name, null, "1.0.0"), Duties.All), new Lazy<IEnumerable<ICatchUp>>(() => [Follower]), clock, NullLogger<NodeMembership>.Instance);
    }

    internal InMemoryNodes.Process Process { get; }

    internal ManualClock Clock { get; }

    internal ThisNode Node { get; }

    internal IHubStore Store { get; }

    internal ICommitter Committer { get; }

    internal DutyCommitter Duty { get; }

    internal NodeMembership Membership { get; }

    internal CatchUp Follower { get; } = new();

    internal async Task StartAsync()
    {
        await Membership.TickAsync(CancellationToken.None);
        await _committer.StartAsync();
    }

    internal Task TickAsync() => Membership.TickAsync(CancellationToken.None);

    /// <summary>Writes through a committer.</summary>
    /// <param name="key">What.</param>
    /// <param name="through">By which; null: the node's.</param>
    /// <param name="meanwhile">What happens while the unit runs.</param>
    internal async Task WriteAsync(string key, ICommitter? through = null, Func<Task>? meanwhile = null) => await (through ?? Committer).RunAsync(async scope =>
    {
        await scope.Transaction.WriteAppStateAsync(CommitterBench.Sender, key, Encoding.ASCII.GetBytes(key));
        if (meanwhile is not null) await meanwhile();
        return true;
    });

    internal async Task<bool> HasAsync(string key) => await Store.ReadAppStateAsync(CommitterBench.Sender, key) is not null;

    internal static ProblemCode CodeOf(Func<Task> action) => Assert.ThrowsAsync<ProblemException>(() => action())!.Code;

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        await Membership.DisposeAsync();
    }

    /// <summary>Catches up when it is let.</summary>
    internal sealed class CatchUp : ICatchUp
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Let { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Calls { get; private set; }

        internal Task Called => _called.Task;

        public async ValueTask CatchUpAsync(CancellationToken cancellationToken = default)
        {
            Calls++;
            _called.TrySetResult();
            await Let.Task.WaitAsync(cancellationToken);
        }
    }
}
