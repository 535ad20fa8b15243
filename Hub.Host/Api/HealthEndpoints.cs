using Hub.Contracts.Problems;
using Hub.Core.Nodes;
using Hub.Core.Storage;

namespace Hub.Host.Api;

/// <summary>Whether the process lives, and whether it can serve.</summary>
internal static class HealthEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static () => Results.Json(new HealthView("live"), HubJson.Options))
            .WithTags("Health").WithName("live").WithSummary("The process answers").Produces<HealthView>();
        routes.MapGet("/health/ready", ReadyAsync)
            .WithTags("Health").WithName("ready").WithSummary("The node can accept: its store answers, its log is open, it holds its lease, its clock is right, it is not stopping")
            .Produces<HealthView>().ProducesProblems(ProblemCode.Unavailable);
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, IHubStore store, GroupCommitter committer, ThisNode node, IHostApplicationLifetime lifetime)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw ProblemCode.Unavailable.With("stopping: the hub ends what is under way.");
        if (committer.WritesRefused is { } why) throw ProblemCode.Unavailable.With($"store: the hub cannot write until it is started again: {why}");
        try
        {
            if (await store.FindCheckpointAsync(cancellationToken: context.RequestAborted) is null)
                throw ProblemCode.Unavailable.With("store: the log is not open yet.");
        }
        catch (Exception failure) when (failure is not (ProblemException or OperationCanceledException))
        {
            throw ProblemCode.Unavailable.With("store: it does not answer.", failure);
        }

        if (node.Trouble is { } trouble) throw ProblemCode.Unavailable.With($"{trouble.Cause}: {trouble.Detail}");
        return Results.Json(new HealthView("ready"), HubJson.Options);
    }
}

/// <summary>Health.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthView(string Status);
