using Hub.Core.Delivery;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Nodes;

/// <summary>Ends the claims that dispatchers of dead nodes hold, so that living ones deliver what they held.</summary>
internal sealed class Takeover(DutyCommitter committer, ThisNode node, DeliverySignals signals, TimeProvider clock, ILogger log)
{
    private const int AtOnce = 1_000;

    /// <summary>Ends what the last beat found, page by page.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var dead in node.Dead)
        {
            var released = await ReleaseAsync(committer, dead, [], signals, clock, cancellationToken);
            if (released > 0) log.LogWarning("Took over {Claims} deliveries that node {Node} held when its lease ended", released, dead);
        }
    }

    /// <summary>Ends all claims of a node's dispatcher, and wakes who may take up what it held.</summary>
    /// <param name="committer">Commits it.</param>
    /// <param name="node">The node.</param>
    /// <param name="except">Ids of deliveries that it still holds.</param>
    /// <param name="signals">Wakes them.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many.</returns>
    internal static async ValueTask<int> ReleaseAsync(
        ICommitter committer, int node, IReadOnlyCollection<long> except, DeliverySignals signals, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var all = 0; ;)
        {
            var now = clock.GetUtcNow();
            var released = await committer.RunAsync(scope => scope.Transaction.ReleaseClaimsAsync(node, now, AtOnce, except), cancellationToken);
            foreach (var system in released.Distinct()) signals.Notify(system);
            all += released.Count;
            if (released.Count < AtOnce) return all;
        }
    }
}
