using Hub.Contracts.Problems;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Core.Time;

namespace Hub.Host.Api;

/// <summary>Whether this node can accept: its store answers, its log is open, it holds its lease, its clock is right, it is not stopping.</summary>
internal sealed class Readiness(IHubStore store, GroupCommitter committer, ThisNode node, HubClock clock, IHostApplicationLifetime lifetime)
{
    /// <exception cref="ProblemException"><c>unavailable</c>: it cannot; the detail begins with the cause.</exception>
    internal async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw ProblemCode.Unavailable.With("stopping: the hub ends what is under way.");
        if (committer.WritesRefused is { } why) throw ProblemCode.Unavailable.With($"store: the hub cannot write until it is started again: {why}");
        try
        {
            if (await store.FindCheckpointAsync(cancellationToken: cancellationToken) is null)
                throw ProblemCode.Unavailable.With("store: the log is not open yet.");
        }
        catch (Exception failure) when (failure is not (ProblemException or OperationCanceledException))
        {
            throw ProblemCode.Unavailable.With("store: it does not answer.", failure);
        }

        if (clock.Doubt is { } doubt) throw ProblemCode.Unavailable.With($"clock: {HubClock.Describe(doubt)}");
        if (node.Trouble is { } trouble) throw ProblemCode.Unavailable.With($"{trouble.Cause}: {trouble.Detail}");
    }
}
